/** Characters of the question that the answer repeats. */
const echoed = 160;

/** The question as one line that no Markdown can break out of. */
function echo(question: string): string {
  const line = question.replace(/`+/g, "'").replace(/\s+/g, ' ').trim();
  return line.length > echoed ? `${line.slice(0, echoed).toWellFormed()}…` : line;
}

const longer = (section: number) => `
### Section ${section}

This paragraph is here because you asked for something long. Scroll up while it is written: the page should stay where
you are reading. Scroll down again, and it should follow the text. Press **Stop** at any moment: what came is kept, and
the answer can be continued in the same place.
`;

/** A tour of what an answer can contain. The same question always gets the same text. */
export function demoAnswer(question: string): string {
  const words = question.match(/[\p{L}\p{N}]+/gu)?.length ?? 0;
  return `**This is the demo model. It is no AI and understands nothing**, but it writes the way a real model does, so that you can try everything here without a connection.

You wrote: \`${echo(question) || '(nothing)'}\`

## What you can try

1. Press **Stop** while this is being written. What came is kept, and can be continued.
2. Edit your question, or have the answer written again: both versions stay, with arrows between them.
3. Close this tab and open it again. The answer goes on meanwhile and nothing is lost.

- [x] Text that arrives piece by piece
- [x] Lists, tables, code and maths
- [ ] Understanding what you wrote

## A table

| About your question | |
| :-- | --: |
| Words | ${words} |
| Characters | ${[...question].length} |
| Meaning found in it | none |

## Some code

\`\`\`python
def greet(name: str) -> str:
    """Says hello, politely."""
    return f"Hello, {name}!"


for name in ["Ada", "Grace", "Alan"]:
    print(greet(name))
\`\`\`

## Some maths

The golden ratio is $\\varphi = \\frac{1 + \\sqrt{5}}{2}$, and the area under a bell curve is

$$
\\int_{-\\infty}^{\\infty} e^{-x^2} \\, dx = \\sqrt{\\pi}
$$

> Ask something with the word "think" to see reasoning first, or with the word "long" for a longer answer.
${/\blong\b/i.test(question) ? Array.from({ length: 20 }, (_, i) => longer(i + 1)).join('') : ''}
An admin can connect a real model in the **Admin Panel** under **Connections**. Then this one disappears from the list of models.
`;
}

/** Shown before the answer to questions that speak of thinking; undefined for others. */
export function demoReasoning(question: string): string | undefined {
  if (!/\bthink/i.test(question)) return undefined;
  return `The person wrote "${echo(question)}".

I am asked to think. I cannot: I am a fixed text that is sent piece by piece. But a real model would reason here before it answers, and its reader would see how long that took.

So I will pretend for a moment longer, and then give the same tour as always.`;
}
