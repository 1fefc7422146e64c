/** Rules for GitHub workflows, read line by line. */

/** What is wrong with a workflow, a line each. */
export function workflowTroubles(text: string): string[] {
  const lines = text.split("\n");
  return [
    ...lines.flatMap(pinTroubles),
    ...permissionTroubles(text),
    ...jobsIn(text).flatMap(({ name, body }) => jobTroubles(name, body)),
    ...scriptsIn(lines).filter((line) => line.includes("${{")).map((line) =>
      `a script takes in ${line.trim()}`
    ),
    ...text.split("actions/checkout@").slice(1)
      .filter((after) => !/^[^\n]+\n +with:\n +persist-credentials: false\n/.test(after))
      .map(() => "a checkout leaves the repository's credentials behind"),
  ];
}

/** The actions that a workflow uses, each with its pin. */
export function actionsIn(text: string): string[] {
  return Array.from(text.matchAll(/\buses: +(.+)$/gm), ([, used = ""]) => used);
}

function pinTroubles(line: string): string[] {
  const [, used] = /\buses: *(.*)$/.exec(line) ?? [];
  if (used === undefined || /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(used)) return [];
  return [`not pinned by its hash with the version beside it: ${used}`];
}

function permissionTroubles(text: string): string[] {
  const [, whole = ""] = /^permissions:(?: *(\S.*)|\n(?: .*\n)+)/m.exec(text) ?? [];
  const block = /^permissions:\n((?: {2}\S.*\n)+)/m.exec(text)?.[1];
  if (whole === "" && block === "  contents: read\n") return [];
  return ["the permissions of the whole workflow are not just to read"];
}

interface Job {
  readonly name: string;
  readonly body: string;
}

function jobsIn(text: string): Job[] {
  const parts = (text.split(/^jobs:\n/m)[1] ?? "").split(/^ {2}([\w-]+):\n/m).slice(1);
  return Array.from({ length: parts.length / 2 }, (_, at) => ({
    name: parts[2 * at] ?? "",
    body: parts[2 * at + 1] ?? "",
  }));
}

function jobTroubles(name: string, body: string): string[] {
  const troubles: string[] = [];
  if (!/^ {4}timeout-minutes: \d+$/m.test(body)) troubles.push(`job ${name} has no limit of time`);
  if (/-latest\b/.test(body)) troubles.push(`job ${name} runs on whatever is the latest`);
  if (/: write$/m.test(body) && name !== "publish") troubles.push(`job ${name} may write`);
  return troubles;
}

/** The lines of `run`, of one line or more. */
function scriptsIn(lines: readonly string[]): string[] {
  let indent: number | undefined;
  return lines.filter((line) => {
    const inner = line.search(/\S/);
    if (indent !== undefined && (inner < 0 || inner > indent)) return true;
    const [begin] = /^ *(?:- )?run: /.exec(line) ?? [];
    indent = begin === undefined ? undefined : begin.indexOf("run");
    return begin !== undefined;
  });
}
