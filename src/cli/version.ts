/** The version of the program, in semantic versioning. */
export const VERSION = "0.1.0";

/** Name and version, as the database and the logs carry them. */
export const PROGRAM = `companion-token-server ${VERSION}`;
