/** Characters of the question that the answer repeats. */
const echoMax = 160;

/** Returns the question as one line that cannot break out of inline code. */
function echo(question: string): string {
  const line = question.replace(/`+/g, "'").replace(/\s+/g, ' ').trim();
  return line.length > echoMax ? `${line.slice(0, echoMax).toWellFormed()}…` : line;
}

const longSection = (section: number) => `
### Section ${section}

This paragraph is here because you asked for something long. Scroll up while it is being written: the page should stay
where you are reading. Scroll down again, and it should follow the text. Press **Stop** at any time: the text so far is
kept, and the answer can be continued.
`;

/** Returns a tour of what an answer can contain. The same question always gets the same text. */
export function demoAnswer(question: string): string {
  const words = question.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  return `**This is the demo model. It is not an AI and understands nothing**, but it writes like a real model, so you can try everything here without a connection.

You wrote: \`${echo(question) || '(nothing)'}\`

## What you can try

1. Press **Stop** while this is being written. The text so far is kept, and you can continue it.
2. Edit your question, or regenerate the answer. Both versions are kept, with arrows to switch between them.
3. Close this tab and open it again. The answer continues in the meantime and nothing is lost.

- [x] Streamed text
- [x] Lists, tables, code and math
- [ ] Understanding what you wrote

## A table

| About your question | |
| :-- | --: |
| Words | ${words} |
| Characters | ${[...question].length} |
| Meaning | unknown |

## Some code

\`\`\`python
def greet(name: str) -> str:
    """Says hello, politely."""
    return f"Hello, {name}!"


for name in ["Ada", "Grace", "Alan"]:
    print(greet(name))
\`\`\`

## Some math

The golden ratio is $\\varphi = \\frac{1 + \\sqrt{5}}{2}$, and the area under a bell curve is

$$
\\int_{-\\infty}^{\\infty} e^{-x^2} \\, dx = \\sqrt{\\pi}
$$

> Ask something with the word "think" to see reasoning first, or with the word "long" for a longer answer.
${/\blong\b/i.test(question) ? Array.from({ length: 20 }, (_, i) => longSection(i + 1)).join('') : ''}
An admin can connect a real model in the **Admin Panel** under **Connections**. This one then disappears from the list of models.
`;
}

/** Returns the reasoning shown before the answer if the question contains "think", otherwise undefined. */
export function demoReasoning(question: string): string | undefined {
  if (!/\bthink/i.test(question)) return undefined;
  return `The user wrote "${echo(question)}".

I am asked to think, but I can't: I am a fixed text that is sent in pieces. A real model would reason here before it answers, and you would see how long that took.

So I will pretend for a moment longer and then give the same tour as always.`;
}
