-- Content-Transfer-Encoding, both ways, cut anywhere.

local mime = require("satchel.core").mime

local function all(state, text, size)
  local parts = {}
  for from = 1, #text, size do
    parts[#parts + 1] = state:feed(text:sub(from, from + size - 1))
  end
  parts[#parts + 1] = state:finish()
  return table.concat(parts)
end

local function decoded(name, text)
  local whole = all(mime.decoder(name), text, math.max(#text, 1))
  for _, size in ipairs { 1, 2, 3, 7 } do
    assert.equal(whole, all(mime.decoder(name), text, size))
  end
  return whole
end

describe("decoding", function()
  for _, case in ipairs {
    { "base64", "", "" }, { "base64", "QQ==", "A" }, { "base64", "QUI=", "AB" },
    { "base64", "QUJD", "ABC" }, { "base64", "QU\r\nJD\r\n", "ABC" },
    { "base64", "QUI", "AB" }, { "base64", "QQ", "A" }, { "base64", "Q", "" },
    { "BASE64", " Q-U*J!D ", "C\xe5\t" }, -- '-' is 62 (RFC 4648 5)
    { "base64", "_-_-", "\xff\xef\xfe" },
    { "base64", "QQ==\nQg==\n", "AB" }, -- one behind the other
    { "base64", "QQ== ignored\nQg==", "AB" },
    { "base64", "QUJDRA\nend", "ABCD\7\xa7" },
    { "7bit", "a=\n=20", "a=\n=20" }, { "8bit", "\xff", "\xff" }, { "x-odd", "a", "a" },
    { "quoted-printable", "a=3Db", "a=b" }, { "quoted-printable", "=c3=BC", "ü" },
    { "quoted-printable", "a=\r\nb", "ab" }, { "quoted-printable", "a=\nb", "ab" },
    { "quoted-printable", "a= \t\r\nb", "ab" },
    { "quoted-printable", "a \t\r\nb", "a\r\nb" }, { "quoted-printable", "a \nb", "a\nb" },
    { "quoted-printable", "a  b", "a  b" }, { "quoted-printable", "a b ", "a b " },
    { "quoted-printable", "a=", "a" }, { "quoted-printable", "a=\r", "a" },
    { "quoted-printable", "a=4", "a=4" }, { "quoted-printable", "a=4=41", "a=4A" },
    { "quoted-printable", "a=zz", "a=zz" }, { "quoted-printable", "==41", "=A" },
    { "quoted-printable", "a\rb", "a\rb" }, { "quoted-printable", "=20\r\n", " \r\n" },
    { " Quoted-Printable ", "=41", "A" }, { '"base64"', "QQ==", "A" },
    { "x-uuencode", "begin 644 a\n#86)C\n`\nend\n", "abc" },
    { "uuencode", "begin 644 a\r\n#86)C\r\n`\r\nend\r\nmore", "abc" },
    { "x-uue", "begin 644 a\n#86)C", "abc" },
  } do
    it(("%s %q"):format(case[1], case[2]), function()
      assert.equal(case[3], decoded(case[1], case[2]))
    end)
  end
end)

describe("encoding", function()
  local samples = { "", "a", "ab", "abc", "line\r\nline\r\n", "blank \r\n\tx \t\r\n", "ü=\r\n",
    ("x"):rep(300), ("ö "):rep(100), "\r", "a\rb", " ", "\0\1\255", ".\r\nFrom x\r\n" }
  for i = 0, 255 do samples[#samples + 1] = ("a" .. string.char(i)):rep(50) end

  for _, name in ipairs { "base64", "quoted-printable" } do
    it(name .. " and decoding gives the same, however it is cut", function()
      for _, text in ipairs(samples) do
        -- a lone LF is a line end: text is given with CRLF
        if name ~= "quoted-printable" or not text:find "\n" or text:find "\r\n" then
          local coded = all(mime.encoder(name), text, math.max(#text, 1))
          for _, size in ipairs { 1, 5, 57, 100 } do
            assert.equal(coded, all(mime.encoder(name), text, size))
          end
          assert.equal(text, decoded(name, coded))
          for line in (coded .. "\r\n"):gmatch "(.-)\r\n" do
            assert.is_true(#line <= 76)
            assert.is_nil(line:find "[\128-\255%z]")
          end
        end
      end
    end)
  end

  it("8bit ends lines as mail does, however it is cut", function()
    for text, coded in pairs { [""] = "", ["a"] = "a", ["a\n"] = "a\r\n", ["\r"] = "\r\n",
      ["a\r\nb"] = "a\r\nb", ["\n\n"] = "\r\n\r\n", ["\r\r\n\r"] = "\r\n\r\n\r\n",
      ["a\rb\nc\r\n"] = "a\r\nb\r\nc\r\n", ["\0ü=\n\r"] = "\0ü=\r\n\r\n" } do
      for size = 1, 5 do assert.equal(coded, all(mime.encoder "8bit", text, size)) end
    end
  end)

  it("knows whether there were bytes above 127", function()
    local encoder = mime.encoder "8bit"
    encoder:feed "a\127\0"
    assert.is_false(encoder:high())
    encoder:feed "ü"
    encoder:feed "a"
    assert.is_true(encoder:high())
  end)

  it("quoted-printable begins no line with a dot or From", function()
    assert.equal("=2E\r\n=46rom x\r\na.", all(mime.encoder "quoted-printable",
      ".\r\nFrom x\r\na.", 3))
  end)
end)
