/** Releases of Kubernetes: which ones the model knows, and in which order they came. */
import { accept, type Reader, reject } from './reading.ts';

export interface KubernetesVersion {
  /** As written, without a leading v: `1.19.12`. */
  readonly text: string;
  readonly minor: number;
  readonly patch: number;
  /** Whether the last number was there. */
  readonly isWhole: boolean;
}

/** kube-proxy has had a mode ipvs since 1.8. */
const FIRST_MINOR = 8;
/** The newest whose rules have been read. */
const LAST_MINOR = 37;

export const SUPPORTED_KUBERNETES = `1.${FIRST_MINOR} to 1.${LAST_MINOR}`;

const RELEASE = /^v?1\.(\d{1,3})(?:\.(\d{1,4}))?(?:[-+][-+.0-9A-Za-z]*)?$/;

export const readKubernetesVersion: Reader<KubernetesVersion> = (raw) => {
  const text = typeof raw === 'number' ? String(raw) : raw;
  const wanted = 'must be a release of Kubernetes, like 1.19.12';
  if (typeof text !== 'string' || text.length > 64) return reject(wanted);
  const match = RELEASE.exec(text);
  if (match === null) return reject(wanted, `supported: ${SUPPORTED_KUBERNETES}`);
  const minor = Number(match[1]);
  if (minor < FIRST_MINOR) return reject('must have kube-proxy with mode ipvs, which came with 1.8');
  if (minor > LAST_MINOR) {
    return reject('must be a release that the model knows', `supported: ${SUPPORTED_KUBERNETES}`);
  }
  return accept({
    text: text.replace(/^v/, ''),
    minor,
    patch: Number(match[2] ?? 0),
    isWhole: match[2] !== undefined,
  });
};

/** A release of any controller, without a leading v; whether it is one of that controller's is checked elsewhere. */
export const readControllerVersion: Reader<string> = (raw) => {
  const text = typeof raw === 'number' ? String(raw) : raw;
  const match =
    typeof text === 'string' && text.length <= 64 ? /^v?(\d{1,3}\.\d[-+.0-9A-Za-z]*)$/.exec(text) : null;
  return match === null ? reject('must be a release, like 1.19.12') : accept(match[1]!);
};
