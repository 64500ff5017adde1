/** Letters and marks of the scripts that need joiners between them. */
const joining = String.raw`\p{scx=Arab}\p{scx=Syrc}\p{scx=Mong}\p{scx=Nkoo}\p{scx=Mand}\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Tibt}\p{scx=Mymr}\p{scx=Khmr}`;

/** Where an invisible character changes what is seen: it is kept only there. */
const meaningful = [
  // Joiners between letters of the scripts above, and between the parts of an emoji.
  String.raw`(?<=[${joining}])[\u200c\u200d](?=[${joining}])`,
  String.raw`(?<=[\p{ExtPict}\p{EMod}\ufe0f])\u200d(?=\p{ExtPict})`,
  // The flags of England, Scotland and Wales: a black flag, letters and the end mark.
  String.raw`\u{1f3f4}[\u{e0061}-\u{e007a}]{3,6}\u{e007f}`,
  // Variants of an emoji, a keycap, an ideograph or a Mongolian letter.
  String.raw`(?<=\p{ExtPict}\p{EMod}?)[\ufe0e\ufe0f]`,
  String.raw`(?<=[0-9#*])\ufe0f(?=\u20e3)`,
  String.raw`(?<=\p{Ideo})[\ufe00-\ufe02\u{e0100}-\u{e01ef}]`,
  String.raw`(?<=\p{sc=Mong})[\u180b-\u180d\u180f]`,
].join('|');

/** Marks of direction, zero-width, filling and control characters. The group holds those that are kept. */
const invisible = new RegExp(String.raw`(${meaningful})|[\p{Cc}\p{DI}\ufff9-\ufffb]`, 'gu');

/**
 * Removes what is invisible and makes one text look like another: marks of direction, zero-width and control
 * characters. White space must be collapsed before, because line ends and tabs are control characters.
 */
export const withoutInvisibleMarks = (text: string): string =>
  text.replace(invisible, (_mark, kept: string | undefined) => kept ?? '');
