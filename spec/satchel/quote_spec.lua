local quote = require "satchel.quote"

local item <const> = {
  from = { name = "Anna", email = "anna@example.test" }, sent = 1767225600, subject = "Tea & cake",
  to = { { email = "bob@example.test" } }, text = "one\r\ntwo\n> three\n",
}

describe("quoting", function()
  for _, case in ipairs {
    { "a", "> a" }, { "a\nb", "> a\n> b" }, { "> a\n>> b", ">> a\n>>> b" }, { "", "" },
    { "a\n\nb\n\n", "> a\n> \n> b" }, { "a\r\nb", "> a\n> b" },
  } do
    it(("of %q"):format(case[1]), function() assert.equal(case[2], quote.lines(case[1])) end)
  end

  it("answers in text", function()
    assert.same({ text = "Thanks\n\nOn 2026-01-01 00:00 UTC, Anna <anna@example.test> wrote:\n"
      .. "> one\n> two\n>> three\n" }, quote.bodies(item, "reply", { text = "Thanks" }))
  end)

  it("forwards in text", function()
    assert.same({ text = "FYI\n\n---------- Forwarded message ----------\n"
      .. "From: Anna <anna@example.test>\nDate: 2026-01-01 00:00 UTC\nSubject: Tea & cake\n"
      .. "To: bob@example.test\n\n" .. item.text }, quote.bodies(item, "forward", { text = "FYI" }))
  end)

  it("quotes nothing when told so", function()
    assert.same({ text = "x" }, quote.bodies(item, "reply", { text = "x", quote = false }))
  end)

  it("answers HTML in HTML", function()
    local html = { from = item.from, html = "<html><BODY class=x><p>Hi</p></BODY></html>" }
    local bodies = quote.bodies(html, "reply", { text = "a < b" })
    assert.matches("^<html><body>a &lt; b\n<br>", bodies.html)
    assert.matches("Anna &lt;anna@example.test&gt; wrote:", bodies.html, 1, true)
    assert.matches("<blockquote [^>]*><p>Hi</p></blockquote>", bodies.html)
    assert.matches("^a < b\n\nAnna", bodies.text)
  end)

  it("answers text in text, also where the server made HTML of it", function()
    local made = { from = item.from, text = "a", html = "<pre>a</pre>", native_body = "text" }
    assert.is_nil(quote.bodies(made, "reply", { text = "b" }).html)
    assert.matches("> a", quote.bodies(made, "reply", { text = "b" }).text)
  end)

  it("answers text in HTML when HTML is given", function()
    local bodies = quote.bodies(item, "reply", { html = "<body><b>x</b></body>" })
    assert.is_nil(bodies.text)
    assert.matches("<body><b>x</b>", bodies.html, 1, true)
    assert.matches("one<br>\ntwo<br>\n&gt; three", bodies.html, 1, true)
  end)
end)

describe("the body of HTML", function()
  for _, case in ipairs {
    { "<p>x</p>", "<p>x</p>" }, { "<html><body>x</body></html>", "x" }, { "<BODY a='b'>x", "x" },
    { "x</body>", "x" }, { "", "" },
  } do
    it(("of %q"):format(case[1]), function() assert.equal(case[2], quote.inner(case[1])) end)
  end
end)
