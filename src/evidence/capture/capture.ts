/** A capture that has been read: its connections, and how far it could be read. */
import type { Flow } from './flows.ts';
import type { CaptureSummary } from './packet_file.ts';

export interface Capture {
  readonly file: string;
  readonly flows: readonly Flow[];
  /** Segments that clients have sent. */
  readonly sent: number;
  readonly summary: CaptureSummary;
}
