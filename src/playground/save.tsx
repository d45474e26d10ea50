/** Buttons that hand something on: to the clipboard, or as a file. */
import { useState } from 'preact/hooks';

/** Copies a link, and leaves it in the address bar. */
export function CopyLink({ link }: { readonly link: () => Promise<string> }) {
  const [copied, setCopied] = useState('');
  const copy = async () => {
    const text = await link();
    history.replaceState(null, '', text.replace(/^[^#]*/u, ''));
    try {
      await navigator.clipboard.writeText(text);
      setCopied('Copied.');
    } catch {
      setCopied('It is in the address bar.');
    }
  };
  return (
    <>
      <button type="button" onClick={() => void copy()}>
        Copy a link to this instant
      </button>{' '}
      <span role="status">{copied}</span>
    </>
  );
}

interface DownloadProps {
  readonly name: string;
  readonly type: string;
  readonly text: () => string;
}

export function Download({ name, type, text }: DownloadProps) {
  const save = () => {
    const address = URL.createObjectURL(new Blob([text()], { type }));
    const link = Object.assign(document.createElement('a'), { href: address, download: name });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  };
  return (
    <button type="button" onClick={save}>
      {name}
    </button>
  );
}
