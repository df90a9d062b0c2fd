local html = require "satchel.html"

describe("text out of HTML", function()
  for _, case in ipairs {
    { "plain", "plain" },
    { "<b>bold</b> and <i>not</i>", "bold and not" },
    { "<p>one</p><p>two</p>", "one\ntwo" },
    { "<P CLASS=x>one</P>\r\n<div><div>two</div></div>three", "one\ntwo\nthree" },
    { "a<br>b<br/>\n<BR >c", "a\nb\n\nc" },
    { "<p>a<br></p><p>b</p>", "a\n\nb" },
    { "<ul><li>a</li><li>b</li></ul>", "a\nb" },
    { "<table><tr><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>", "12\n3" },
    { "<html><head><title>t</title><style>b{}</style></head><body>x</body></html>", "x" },
    { "a<script type=x>if (a<b) {}</script>b", "ab" },
    { "a<!-- <p>b</p> -->c", "ac" },
    { "Gr&ouml;&szlig;e &lt;&#228;&#xE4;&gt; &amp;amp; &euro;&nbsp;5",
      "Größe <ää> &amp; €\u{a0}5" },
    { "AT&T &unknown; &#0;", "AT&T &unknown; &#0;" },
    { "<pathological", "<pathological" },
    { "  a \n\t b  ", "a b" },
    { "<p></p>", "" },
    { "\1a\1", "a" },
  } do
    it(("of %q"):format(case[1]), function()
      assert.are.equal(case[2], html.text(case[1]))
    end)
  end

  for _, piece in ipairs { "<!--", "<", "<a", "<p>", "<style>", "&", " ", "<br>\1" } do
    it(("of a page made of %q takes no longer than it must"):format(piece), function()
      local started = os.clock()
      html.text(piece:rep(200000))
      assert.is_true(os.clock() - started < 5)
    end)
  end
end)
