/** The version of the program, in semantic versioning. */
export const VERSION = "0.1.0";

/** Name and version, as the database and the logs carry them. */
export const PROGRAM = `companion-token-server ${VERSION}`;

/** No clock that is right shows an earlier time: when this version was made. */
export const MADE_AT = Date.UTC(2026, 10, 22);
