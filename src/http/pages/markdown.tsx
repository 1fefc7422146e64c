/**
 * The part of Markdown that the help is written in: headings with an id (`## Title {#id}`), paragraphs, lists, code, and
 * the inline markup of all texts. Pure; whatever it does not know stays text.
 */
import type { Html } from "./layout.tsx";
import { Rich, type Values } from "../words/rich.tsx";

/** A part of a text, in its order. */
export type Block =
  | {
    readonly kind: "heading";
    readonly level: 1 | 2 | 3;
    readonly id: string | undefined;
    readonly text: string;
  }
  | { readonly kind: "paragraph"; readonly text: string }
  /** `first` is the number of the first item; undefined without numbers. */
  | { readonly kind: "list"; readonly first: number | undefined; readonly items: readonly string[] }
  | { readonly kind: "code"; readonly text: string };

const HEADING = /^(#{1,3}) (.*?)(?: \{#([\w-]+)\})?$/;
const ITEM = /^(?:[-*]|\d+\.) (.*)$/;

/** The parts of a text. */
export function blocksIn(markdown: string): readonly Block[] {
  const lines = markdown.replaceAll("\r\n", "\n").split("\n");
  const blocks: Block[] = [];
  for (let at = 0; at < lines.length;) {
    const [block, next] = blockAt(lines, at);
    if (block !== undefined) blocks.push(block);
    at = next;
  }
  return blocks;
}

function blockAt(lines: readonly string[], at: number): [Block | undefined, number] {
  const line = lines[at] ?? "";
  if (line.trim() === "") return [undefined, at + 1];
  const [, marks, text = "", id] = HEADING.exec(line) ?? [];
  if (marks !== undefined) return [{ kind: "heading", level: marks.length as 1 | 2 | 3, id, text }, at + 1];
  if (line.startsWith("```")) return codeAt(lines, at + 1);
  return ITEM.test(line) ? listAt(lines, at) : paragraphAt(lines, at);
}

function codeAt(lines: readonly string[], from: number): [Block, number] {
  const end = lines.findIndex((line, at) => at >= from && line.startsWith("```"));
  const to = end < 0 ? lines.length : end;
  return [{ kind: "code", text: lines.slice(from, to).join("\n") }, to + 1];
}

/** An item goes on over indented lines. */
function listAt(lines: readonly string[], from: number): [Block, number] {
  const items: string[] = [];
  const first = parseInt(lines[from] ?? "", 10);
  let at = from;
  for (; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined) items.push(item);
    else if (/^\s+\S/.test(line)) items.push(`${items.pop() ?? ""} ${line.trim()}`);
    else break;
  }
  return [{ kind: "list", first: Number.isNaN(first) ? undefined : first, items }, at];
}

function paragraphAt(lines: readonly string[], from: number): [Block, number] {
  const isEnd = (line: string): boolean =>
    line.trim() === "" || line.startsWith("#") || line.startsWith("```") || ITEM.test(line);
  const end = lines.findIndex((line, at) => at > from && isEnd(line));
  const to = end < 0 ? lines.length : end;
  return [{ kind: "paragraph", text: lines.slice(from, to).map((line) => line.trim()).join(" ") }, to];
}

interface MarkdownProps {
  readonly blocks: readonly Block[];
  /** What stands for `{name}`. */
  readonly values: Values;
}

/** The parts as a page shows them. */
export function Markdown({ blocks, values }: MarkdownProps): Html {
  return <>{blocks.map((block, at) => <One key={at} block={block} values={values} />)}</>;
}

function One({ block, values }: { readonly block: Block; readonly values: Values }): Html {
  switch (block.kind) {
    case "heading":
      return <Heading {...block} values={values} />;
    case "paragraph":
      return (
        <p>
          <Rich text={block.text} values={values} />
        </p>
      );
    case "code":
      return (
        <pre
          tabindex={0}
        ><code>{block.text.replace(/\{(\w+)\}/g, (whole, name) => String(values[name] ?? whole))}</code></pre>
      );
    case "list": {
      const items = block.items.map((item) => (
        <li>
          <Rich text={item} values={values} />
        </li>
      ));
      const { first } = block;
      if (first === undefined) return <ul>{items}</ul>;
      return <ol class="steps" start={first === 1 ? undefined : first}>{items}</ol>;
    }
  }
}

function Heading(
  { level, id, text, values }: Extract<Block, { kind: "heading" }> & { readonly values: Values },
): Html {
  const inside = <Rich text={text} values={values} />;
  if (level === 1) return <h1>{inside}</h1>;
  return level === 2 ? <h2 id={id}>{inside}</h2> : <h3 id={id}>{inside}</h3>;
}
