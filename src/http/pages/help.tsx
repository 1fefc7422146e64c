import type { HelpTopic } from "../help/pages.ts";
import type { WordKey } from "../words/catalogue.ts";
import type { Values } from "../words/rich.tsx";
import type { Say } from "../words/say.tsx";
import type { Html } from "./layout.tsx";
import { type Block, Markdown } from "./markdown.tsx";

interface TopicsProps {
  readonly say: Say;
  readonly topics: readonly HelpTopic[];
}

/** All topics. */
export function HelpPage({ say, topics }: TopicsProps): Html {
  return (
    <>
      <h1>{say("help.title")}</h1>
      <p>{say("help.intro")}</p>
      <section class="card">
        <h2>{say("help.topics")}</h2>
        <dl class="help">
          {topics.map((topic) => (
            <>
              <dt>
                <a href={`/help/${topic}`}>{topicName(say, topic)}</a>
              </dt>
              <dd>{say(`help.${keyOf(topic)}_about` as WordKey)}</dd>
            </>
          ))}
        </dl>
      </section>
    </>
  );
}

/** What a topic is called. */
export function topicName(say: Say, topic: HelpTopic): string {
  return say(`help.${keyOf(topic)}` as WordKey);
}

function keyOf(topic: HelpTopic): string {
  return topic.replaceAll("-", "_");
}

interface TopicProps {
  readonly say: Say;
  readonly blocks: readonly Block[];
  readonly values: Values;
}

/** A long text begins with what is in it. */
const MANY_HEADINGS = 4;

/** One topic. */
export function TopicPage({ say, blocks, values }: TopicProps): Html {
  const [title, ...rest] = blocks;
  const headings = rest.flatMap((block) => block.kind === "heading" && block.level === 2 ? [block] : []);
  return (
    <article class="help">
      <Markdown blocks={title === undefined ? [] : [title]} values={values} />
      {headings.length >= MANY_HEADINGS && <Contents say={say} headings={headings} />}
      <Markdown blocks={rest} values={values} />
      <p class="actions">
        <a class="button quiet" href="/help">{say("help.all")}</a>
      </p>
    </article>
  );
}

function Contents(
  { say, headings }: { readonly say: Say; readonly headings: readonly Extract<Block, { kind: "heading" }>[] },
): Html {
  return (
    <details>
      <summary>{say("help.contents")}</summary>
      <ul>
        {headings.map(({ id, text }) =>
          id === undefined ? null : (
            <li>
              <a href={`#${id}`}>{text}</a>
            </li>
          )
        )}
      </ul>
    </details>
  );
}
