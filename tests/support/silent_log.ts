import type { Log, LogFields } from "../../src/core/ports.ts";

/** One line that would have been written. */
export interface LogEntry {
  readonly level: "debug" | "info" | "warn" | "error";
  readonly event: string;
  readonly fields: LogFields;
}

/** A log that keeps its lines for the test to read. */
export class SilentLog implements Log {
  readonly entries: LogEntry[] = [];

  debug(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: "debug", event, fields });
  }

  info(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: "info", event, fields });
  }

  warn(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: "warn", event, fields });
  }

  error(event: string, fields: LogFields = {}): void {
    this.entries.push({ level: "error", event, fields });
  }

  /** The events that were written, oldest first. */
  events(level?: LogEntry["level"]): readonly string[] {
    return this.entries.filter((entry) => level === undefined || entry.level === level).map((entry) =>
      entry.event
    );
  }
}

/** An empty log. */
export function silentLog(): SilentLog {
  return new SilentLog();
}
