-- Messages made to hurt: each is read in little time and memory.

local core = require("satchel.core")
local mime = core.mime

local function rep(text, bytes) return text:rep(bytes // #text) end

local size <const> = 3 << 20

local nested = {}
for i = 1, 3000 do
  nested[i] = ("Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n"):format(i, i)
end

local messages_in_each_other = rep("Content-Type: message/rfc822\n\n", size)

local cases <const> = {
  ["headers without end"] = rep("X: y\n", size),
  ["one header line"] = "Subject: " .. rep("a", size),
  ["a header folded often"] = "Subject: a" .. rep("\n b", size),
  ["encoded words without end"] = "Subject: " .. rep("=?utf-8?Q?a", size),
  ["starts of encoded words"] = "Subject: " .. rep("=?", size),
  ["encoded words, all whole"] = "Subject: " .. rep("=?utf-8?B?w6Q=?= ", size),
  ["words in many charsets"] = "Subject: " .. rep("=?koi8-r?Q?=D0?= =?big5?Q?=A7A?= ", 1 << 20),
  ["open quotes"] = "To: " .. rep('"a', size + 1),
  ["quoted pairs"] = 'To: "' .. rep("\\\"", size),
  ["open comments"] = "To: " .. rep("(", size),
  ["nested comments"] = "To: " .. rep("(", size // 2) .. rep(")", size // 2) .. " a@b",
  ["open brackets"] = "To: " .. rep("<", size),
  ["brackets and commas"] = "To: " .. rep("<a,", size),
  ["commas"] = "To: " .. rep(",", size),
  ["addresses"] = "To: " .. rep("a@b, ", size),
  ["at signs"] = "To: " .. rep("@", size),
  ["colons"] = "To: " .. rep("a:", size),
  ["domains in ASCII form"] = "To: " .. rep("a@xn--bcher-kva.example, ", 100000),
  ["parameters"] = "Content-Type: text/plain" .. rep("; a=b", size),
  ["parameters in pieces"] = "Content-Type: text/plain" .. rep("; name*1*=%41", size),
  ["a parameter of many pieces"] = (function()
    local parts = { "Content-Disposition: attachment" }
    for i = 0, 50000 do parts[#parts + 1] = ("; filename*%d=a"):format(i) end
    return table.concat(parts)
  end)(),
  ["an open quoted parameter"] = "Content-Type: multipart/mixed; boundary=\"" .. rep("\\\"", size),
  ["empty parts"] = "Content-Type: multipart/mixed; boundary=a\n\n" .. rep("--a\n\n", size),
  ["lines that could be boundaries"] = "Content-Type: multipart/mixed; boundary=a\n\n--a\n\n"
    .. rep("--\n", size),
  ["multiparts in each other"] = table.concat(nested) .. rep("--x\n", size),
  ["multiparts whose boundary never comes"] = "Content-Type: multipart/mixed; boundary=a\n\n"
    .. rep("--a\nContent-Type: multipart/mixed; boundary=q\n\n", size),
  ["multiparts without boundary"] = "Content-Type: multipart/mixed; boundary=a\n\n"
    .. rep("--a\nContent-Type: multipart/mixed\n\n", size),
  ["messages in each other"] = messages_in_each_other,
  ["base64 of padding"] = "Content-Transfer-Encoding: base64\n\n" .. rep("QQ==", size),
  ["quoted-printable of blanks"] = "Content-Transfer-Encoding: quoted-printable\n\n"
    .. rep(" ", size),
  ["quoted-printable of signs"] = "Content-Transfer-Encoding: quoted-printable\n\n"
    .. rep("=", size),
  ["files of uuencode"] = "\n" .. rep("begin 644 a\n`\nend\n", size),
  ["begins of uuencode"] = "\n" .. rep("begin 644 a\n", size),
  ["lines of uuencode"] = "\n" .. rep("begin 644 a\n#86)C\n", size),
  ["escapes"] = "Content-Type: text/plain; charset=iso-2022-jp\n\n" .. rep("\27$B\27(B", size),
  ["shifts"] = "Content-Type: text/plain; charset=hz\n\n" .. rep("~{", size),
  ["lines that are no field"] = rep("no field at all\n", size) .. "X: y",
  ["fields and others"] = rep("a: b\nno field\n", size),
  ["keywords"] = "Keywords: " .. rep(",", size),
  ["references"] = "References: " .. rep("<", size),
  ["NULs"] = rep("\0", size),
  ["carriage returns"] = rep("\r", size),
  ["line ends"] = rep("\n", size),
  ["recipients of a report"] = "Content-Type: multipart/report; boundary=a\n\n--a\n"
    .. "Content-Type: message/delivery-status\n\n" .. rep("Action: x\n\n", size),
  ["charsets of HTML"] = "Content-Type: text/html\n\n" .. rep("<meta charset=", size),
}

local names = {}
for name in pairs(cases) do names[#names + 1] = name end
table.sort(names)

-- ASan and a busy machine take their time
local most <const> = os.getenv "SATCHEL_ASAN" and 60 or 10

describe("a message made of", function()
  for _, name in ipairs(names) do
    it(name, function()
      local from = core.net.now()
      local message = assert(mime.parse(cases[name]))
      local fields = message:fields()
      local list = message:attachments()
      assert.is_true(#list <= 10001)
      for i = 1, math.min(#list, 3) do
        local reader = message:open(list[i].num)
        while reader:read(65536) do end
        if list[i].embedded then assert(message:item(list[i].num)):fields() end
      end
      for _, field in ipairs { "subject", "text", "html" } do
        assert.truthy(utf8.len(fields[field] or ""))
      end
      assert.is_true(core.net.now() - from < most, core.net.now() - from)
    end)
  end
end)

describe("limits", function()
  it("are of depth, parts and fields, and can be given", function()
    local function flaws(text, limits)
      return table.concat(assert(mime.parse(text, limits)):flaws(), ", ")
    end
    assert.matches("a limit was reached", flaws(cases["empty parts"]))
    assert.matches("a limit was reached", flaws(cases["multiparts in each other"]))
    assert.matches("a limit was reached", flaws(cases["headers without end"]))
    local small = "Content-Type: multipart/mixed; boundary=a\n\n--a\n\n1\n--a\n\n2\n--a--\n"
    assert.equal("", flaws(small))
    assert.equal("a limit was reached", flaws(small, { parts = 2 }))
    assert.equal("1", mime.parse(small, { parts = 2 }):fields({ "text" }).text)
    assert.equal("a limit was reached", flaws("A: b\nC: d\n\n", { headers = 1 }))
    assert.has_error(function() mime.parse("", { parts = -1 }) end)
  end)

  it("leave a message in messages to who reads on", function()
    local message = assert(mime.parse(messages_in_each_other:sub(1, 40000)))
    for _ = 1, 1000 do message = assert(message:item(0)) end
    assert.equal(1, #message:attachments())
  end)
end)

describe("a message that is closed", function()
  it("stays for those who read in it", function()
    local message = assert(mime.parse("Content-Type: message/rfc822\n\nSubject: in\n\ntext"))
    local inner, reader = assert(message:item(0)), message:open(0)
    message:close()
    message:close()
    collectgarbage()
    assert.equal("in", inner:fields().subject)
    assert.equal("Subject: in\n\ntext", reader:read())
    assert.has_error(function() message:fields() end,
      "attempt to use a closed satchel.mime.message")
  end)
end)
