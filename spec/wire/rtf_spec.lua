local rtf = require("satchel.core").rtf

local function text_of(body) return rtf.to_text("{\\rtf1\\ansi " .. body .. "}") end

describe("the text of RTF", function()
  for _, case in ipairs {
    { "a\\par b\\line c\\tab d", "a\r\nb\r\nc\td" },
    { "a\\\nb\\\tc", "a\r\nb\tc" },
    { "line\r\nends\r\n are nothing", "lineends are nothing" },
    { "\\{\\}\\\\", "{}\\" },
    { "{\\b bold}{\\i\\fs20 x}", "boldx" },
    { "\\b1bold\\b0 -x", "bold-x" },
    { "\\'e4\\'DF\\'80", "äß€" },
    { "\\lquote a\\rquote \\ldblquote b\\rdblquote \\emdash\\endash\\bullet", "‘a’“b”—–•" },
    { "a\\~b\\_c\\-d", "a\u{a0}b\u{2011}cd" },
    { "\\u8364?x", "€x" },
    { "\\uc0\\u8364 x", "€x" },
    { "\\uc2\\u8364 ab\\u8364\\'61\\'62c", "€€c" },
    { "\\uc1\\u8364{}x", "€x" },
    { "{\\uc3\\u8364 abc}\\u8364 abc", "€€bc" },
    { "\\u-10179?\\u-8704?", "😀" },
    { "\\u55357?\\u56832?", "😀" },
    { "\\u-10179?x\\u-8704?", "\u{fffd}x\u{fffd}" },
    { "\\u8364\\par x", "€x" },
    { "{\\v hidden}shown\\v\\'61\\v0 b", "shownb" },
    { "{\\v hidden\\plain shown}", "shown" },
    { "{\\colortbl;\\red0;}{\\stylesheet{\\s0 Normal;}}{\\info{\\author me}}x", "x" },
    { "{\\*\\generator Word;}{\\*\\unknown{\\b deep}}x", "x" },
    { "{\\field{\\*\\fldinst{HYPERLINK \"u\"}}{\\fldrslt{link}}}", "link" },
    { "{\\pict\\wmetafile8 0102}x{\\*\\shppict{\\pict ff}}", "x" },
    { "a{\\bin5 }}}}}b}c", "abc" },
    { "a\\cell b\\cell\\row c", "a\tb\t\r\nc" },
    { "\\unknownwordthatislongerthanthirtytwoletters5 x", "x" },
    { "a\0b", "ab" },
  } do
    it(("of %q"):format(case[1]), function() assert.equal(case[2], text_of(case[1])) end)
  end

  local fonts = "{\\fonttbl{\\f0\\fswiss Arial;}{\\f1\\fcharset204 Cyr;}{\\f2\\fcharset128 Jap;}"
    .. "{\\f3\\fnil\\cpg1250 East;}{\\f4\\fcharset1 Default;}}"

  for _, case in ipairs {
    { "\\f1 \\'cf\\'f0\\f2 \\'93\\'fa\\'96\\'7b", "Пр日本" },
    { "\\f2\\'93\\'fa\\'96{\\b\\'7b}", "日本" },
    { "\\f2 \\'83e", "テ" },                 -- half of it is a letter
    { "{\\f1 \\'cf}\\'cf", "ПÏ" },          -- the font ends with its group
    { "\\f1 \\'cf\\plain \\'cf", "ПÏ" },
    { "\\f3 \\'9e\\f4 \\'9e\\f9 \\'9e", "žžž" },
    { "\\f2 \\'93\\par x", "\u{fffd}\r\nx" },
    { "\\f2 \\'93\\u8364?", "\u{fffd}€" },
  } do
    it(("by the fonts, of %q"):format(case[1]), function()
      assert.equal(case[2], rtf.to_text("{\\rtf1\\ansi\\ansicpg1252\\deff0" .. fonts
        .. case[1] .. "}"))
    end)
  end

  it("by the code page of the header", function()
    assert.equal("Привет",
      rtf.to_text "{\\rtf1\\ansi\\ansicpg1251 \\'cf\\'f0\\'e8\\'e2\\'e5\\'f2}")
    assert.equal("日本", rtf.to_text "{\\rtf1\\ansi\\ansicpg932 \\'93\\'fa\x96\\'7b}")
    assert.equal("ü", rtf.to_text "{\\rtf1\\pc \\'81}")
    assert.equal("ü", rtf.to_text "{\\rtf1\\mac \\'9f}")
  end)

  it("is read as far as it can be", function()
    local whole = "{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}\\f0 one {\\b two \\'e4\\u8364?} three}"
    for n = 5, #whole do assert.is_string(rtf.to_text(whole:sub(1, n))) end
    assert.equal("one two", rtf.to_text "{\\rtf1 one {\\b two")
    assert.equal("one  two", rtf.to_text "{\\rtf1 one }}} two")
    assert.equal("ab", rtf.to_text "{\\rtf1 a\\'b", "a digit is missing")
    assert.equal("x", rtf.to_text "{\\rtf1 {\\bin99999999999 }}x" .. "x")
  end)

  it("does not end at deep nesting", function()
    local n = 10000
    assert.equal("in out",
      rtf.to_text("{\\rtf1 " .. ("{\\b"):rep(n) .. " in " .. ("}"):rep(n) .. "out}"))
    assert.equal("x",
      rtf.to_text("{\\rtf1 " .. ("{\\*\\none"):rep(n) .. ("}"):rep(n) .. "x}"))
  end)

  it("is refused for what is no RTF", function()
    for _, bad in ipairs { "", "{", "{\\rt", "hello", "<html>" } do
      local got, err = rtf.to_text(bad)
      assert.is_nil(got)
      assert.equal("protocol", err.kind)
      got, err = rtf.to_html(bad)
      assert.is_nil(got)
      assert.equal("protocol", err.kind)
    end
  end)

  it("comes back from text", function()
    for _, s in ipairs {
      "", "a", "{a}\\b", "Größe\t日本 😀", "two\r\nlines\r\n", "\u{ffff}\u{8000}",
    } do
      assert.equal(s, rtf.to_text(rtf.from_text(s)))
    end
    assert.equal("a\r\nb", rtf.to_text(rtf.from_text "a\nb"))
    assert.is_nil(rtf.to_html(rtf.from_text "a"))
    assert.matches("\\fromtext", rtf.from_text "a", 1, true)
    assert.matches("^[\n\r -~]*$", rtf.from_text "Größe😀")
  end)
end)

-- in the form that [MS-OXRTFEX] 2.1.3.1 gives it
local encapsulated = [[
{\rtf1\ansi\ansicpg1251\fromhtml1 \deff0
{\fonttbl {\f0\fswiss Arial;}{\f1\fmodern Courier New;}{\f2\fswiss\fcharset238 Arial;}}
{\colortbl\red0\green0\blue0;\red0\green0\blue255;}
{\*\htmltag64}
\uc1\pard\plain\deftab360 \f0\fs24
{\*\htmltag19 <html>}{\*\htmltag2 \par }{\*\htmltag34 <head>}
{\*\htmltag1 <title>\'cf\'f0</title>\par
<style>\par
p \{ color: red \}\par
</style>}
{\*\htmltag41 </head>}{\*\htmltag50 <body>}\htmlrtf \lang1033 \htmlrtf0
{\*\htmltag64 <p>}\htmlrtf {\htmlrtf0 plain {\*\htmltag84 <b>}\htmlrtf {\b\htmlrtf0 bold
{\*\htmltag92 </b>}\htmlrtf }\htmlrtf0 {\*\htmltag84 &nbsp;}\htmlrtf \'a0\htmlrtf0 \f2 \'9e\f0
\u8364?\lquote x\rquote \emdash\~\_{\*\mhtmltag148 <a href="cid:1">}
{\*\htmltag148 <a href="http://example.test/?a=1&amp;b=\'7b\'7d">}\htmlrtf
{\field{\*\fldinst{HYPERLINK "http://example.test/"}}
{\fldrslt\cf1\ul \htmlrtf0 link\htmlrtf }\htmlrtf0 \htmlrtf }\htmlrtf0
{\*\htmltag156 </a>}\htmlrtf\par}\htmlrtf0
{\*\htmltag72 </p>}{\pntext\f1\'b7\tab}{\*\htmltag58 </body>}{\*\htmltag27 </html>}}]]

describe("the HTML of RTF", function()
  it("is what the RTF was made from", function()
    assert.equal(table.concat({
      "<html>", "<head><title>Пр</title>", "<style>", "p { color: red }",
      "</style></head><body>"
        .. "<p>plain <b>bold</b>&nbsp;ž€&lsquo;x&rsquo;&mdash;&nbsp;&shy;"
        .. '<a href="http://example.test/?a=1&amp;b={}">link</a></p></body></html>',
    }, "\r\n"), rtf.to_html(encapsulated))
  end)

  it("is nil where there is none", function()
    assert.is_nil(rtf.to_html "{\\rtf1\\ansi text}")
    assert.is_nil((select(2, rtf.to_html "{\\rtf1\\ansi text}")))
    assert.is_nil(rtf.to_html "{\\rtf1\\ansi\\fromtext text}")
  end)

  it("does not hide the text, which has no tags", function()
    assert.matches("plain bold\u{a0}ž€‘x’—", rtf.to_text(encapsulated), 1, true)
    assert.not_matches("[<>]", rtf.to_text(encapsulated))
  end)

  it("is read as far as it can be", function()
    for n = 60, #encapsulated do
      assert.is_string(rtf.to_html(encapsulated:sub(1, n)))
    end
  end)

  it("survives compression", function()
    assert.equal(encapsulated, rtf.decompress(rtf.compress(encapsulated)))
  end)
end)
