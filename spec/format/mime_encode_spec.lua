-- Header fields as they are written.

local mime = require("satchel.core").mime

describe("a header field", function()
  for _, case in ipairs {
    { "plain", "Subject: plain\r\n" },
    { "", "Subject:\r\n" },
    { "grüß dich", "Subject: =?UTF-8?B?Z3LDvMOf?= dich\r\n" },
    { "a ü b ä c", "Subject: a =?UTF-8?B?w7w=?= b =?UTF-8?B?w6Q=?= c\r\n" },
    { "a ü ä b", "Subject: a =?UTF-8?B?w7wgw6Q=?= b\r\n" },
    { "two  blanks", "Subject: =?UTF-8?Q?two__blanks?=\r\n" },
    { " at the start", "Subject: =?UTF-8?Q?_at_the_start?=\r\n" },
    { "=?utf-8?Q?a?=", "Subject: =?UTF-8?B?PT91dGYtOD9RP2E/PQ==?=\r\n" },
    { "tab\there", "Subject: =?UTF-8?Q?tab=09here?=\r\n" },
    { "ü", "Subject: ü\r\n", true },
  } do
    it(("%q"):format(case[1]), function()
      local line = mime.header("Subject", case[1], case[3])
      assert.equal(case[2], line)
      assert.equal((case[1]:gsub("^ +$", "")), mime.decode_header(line:match ":(.*)"))
    end)
  end

  it("is folded so that no line is long and nothing is lost", function()
    for n = 1, 300 do
      for _, word in ipairs { "a", "word ", "ü", "日本 ", "x=?", "🎉" } do
        local text = (word:rep(n):gsub(" $", ""))
        local line = assert(mime.header("X-Long", text))
        for part in line:gmatch "(.-)\r\n" do
          assert.is_true(#part <= 76 or not part:find "^.+ ", part)
          assert.is_true(#part <= 998)
        end
        assert.equal(text, mime.decode_header(line:match "^[^:]+:(.*)"))
      end
    end
  end)

  for _, case in ipairs { { "a\r\nb" }, { "a\nb" }, { "a\rb" }, { "a\0b" }, { "\255" } } do
    it(("refuses %q"):format(case[1]), function()
      for _, fn in ipairs { "header", "header_words" } do
        local line, err = mime[fn]("X", case[1])
        assert.is_nil(line)
        assert.equal("invalid", err.kind)
      end
      assert.is_nil((mime.header_addresses("X", { { name = case[1], email = "a@b" } })))
      assert.is_nil((mime.header_addresses("X", { { email = case[1] .. "@b" } })))
      assert.is_nil((mime.header_params("X", "a", { { "b", case[1] } })))
      assert.is_nil((mime.header("X" .. case[1], "a")))
    end)
  end

  for _, email in ipairs { "a b@c", "a@b c", "@b", "a@", "<a@b>", "a@b>,c@d", "a,b@c", "" } do
    it(("has no address %q"):format(email), function()
      local line = mime.header_addresses("To", { { email = email } })
      assert.is_true(line == nil or email == "" and line == "To:\r\n")
    end)
  end

  it("has domains in ASCII, or all in UTF-8", function()
    local list = { { name = "Ä", email = "a@bücher.example" }, { email = "b@faß.de" } }
    assert.equal("To: =?UTF-8?B?w4Q=?= <a@xn--bcher-kva.example>, b@xn--fa-hia.de\r\n",
      mime.header_addresses("To", list))
    assert.equal("To: Ä <a@bücher.example>, b@faß.de\r\n", mime.header_addresses("To", list, true))
    assert.equal("unsupported", select(2, mime.header_addresses("To",
      { { email = "ü@example.test" } })).kind)
    assert.equal("a@xn--bcher-kva.example", mime.encode_email "a@bücher.example")
    assert.equal("a@b", mime.encode_email "a@b")
  end)

  it("has parameters that are read again", function()
    for _, value in ipairs { "a.txt", "a b.txt", 'q"u\\ote', "grüße.pdf", ("ü"):rep(200),
      ("x"):rep(500), "=?utf-8?Q?a?=", "日本語.txt", "a;b=c", "100%", "'" } do
      for _, utf8 in ipairs { false, true } do
        local line = mime.header_params("X", "attachment", { { "filename", value }, { "x", "y" } },
          utf8)
        assert.equal(value, mime.param(line:match ":(.*)", "filename"))
        assert.equal("y", mime.param(line:match ":(.*)", "x"))
        for part in line:gmatch "(.-)\r\n" do assert.is_true(#part <= (utf8 and 998 or 78)) end
      end
    end
  end)
end)
