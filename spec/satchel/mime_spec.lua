-- Messages built of fields and read into them again.

local core = require("satchel.core").mime
local mime = require "satchel.mime"
local satchel = require "satchel"

local fixed <const> = { date = 1700000000, message_id = "<1@example.test>", seed = "s" }

local function built(draft, opts)
  local given = {}
  for k, v in pairs(fixed) do given[k] = v end
  for k, v in pairs(opts or {}) do given[k] = v end
  return mime.build(draft, given)
end

local function text_of(draft, opts)
  local body <close> = built(draft, opts)
  return body:read_all()
end

local anna <const> = { name = "Anna", email = "anna@example.test" }

describe("a message that is built", function()
  it("has its header in one order, and CRLF at every line's end", function()
    assert.equal(table.concat({
      "Date: Tue, 14 Nov 2023 22:13:20 +0000",
      "From: Anna <anna@example.test>",
      "To: bob@example.test, \"C, D\" <c@example.test>",
      "Cc: e@example.test",
      "Subject: hello",
      "Message-ID: <1@example.test>",
      "In-Reply-To: <0@example.test>",
      "References: <a@b> <c@d>",
      "Importance: high",
      "X-Priority: 1 (Highest)",
      "Sensitivity: Private",
      "X-A: 1",
      "MIME-Version: 1.0",
      "Content-Type: text/plain; charset=us-ascii",
      "Content-Transfer-Encoding: 7bit",
      "", "one", "two", "" }, "\r\n"), text_of {
        from = anna, to = { { email = "bob@example.test" },
          { name = "C, D", email = "c@example.test" } },
        cc = { { email = "e@example.test" } }, bcc = { { email = "secret@example.test" } },
        subject = "hello", in_reply_to = "<0@example.test>", references = "<a@b> <c@d>",
        importance = "high", sensitivity = "private",
        headers = { { name = "X-A", value = "1" } }, text = "one\ntwo" })
  end)

  it("names who gets a blind copy only where it is asked for", function()
    local draft = { bcc = { anna }, text = "x" }
    assert.is_nil(text_of(draft):find("Bcc", 1, true))
    assert.truthy(text_of(draft, { bcc = true }):find("\r\nBcc: Anna <anna@example.test>\r\n",
      1, true))
  end)

  it("makes an id of the sender's domain, of the one given, or of this machine", function()
    local function domain(draft, opts)
      return mime.build(draft, opts).message_id:match "^<[%x-]+@([%w.-]+)>$"
    end
    assert.equal("example.test", domain({ from = anna }, { domain = "x.test" }))
    assert.equal("example.test", domain { sender = anna })
    assert.equal("xn--bcher-kva.example", domain({ subject = "x" }, { domain = "bücher.example" }))
    assert.equal(io.popen("uname -n"):read "l", domain { from = { name = "Anna" } })
  end)

  it("gives messages inside an id of the same domain, and none where none is wanted", function()
    local text = text_of({ text = "x", attachments = { { item = { subject = "in" } } } },
      { domain = "x.test", message_id = false })
    local _, ids = text:gsub("Message%-ID: <[%x-]+@x%.test>", "")
    assert.equal(1, ids)
    local _, all = text:gsub("Message%-ID", "")
    assert.equal(1, all)
  end)

  it("refuses what would end a header", function()
    for _, draft in ipairs { { subject = "a\r\nBcc: x@y" }, { from = { name = "a\nb",
      email = "a@b" } }, { from = { email = "a@b>\r\nX: y" } }, { message_id = "<a\r\nb@c>" },
      { headers = { { name = "X", value = "a\nb" } } },
      { headers = { { name = "X: y\r\nZ", value = "a" } } },
      { attachments = { { name = "a\r\nb", data = "x" } } },
      { attachments = { { name = "a", content_id = "a\r\nb", data = "x" } } } } do
      local ok, err = satchel.try(built, draft, { message_id = draft.message_id })
      assert.is_false(ok)
      assert.equal("invalid", err.kind)
    end
  end)

  it("says which address needs a server that takes UTF-8", function()
    local draft = { to = { { email = "größe@example.test" } }, text = "" }
    local ok, err = satchel.try(built, draft)
    assert.is_false(ok)
    assert.equal("unsupported", err.kind)
    assert.matches("größe@example.test", err.message, 1, true)
    local body <close> = built(draft, { utf8 = true })
    assert.is_true(body.utf8)
    assert.truthy(body:read_all():find("To: größe@example.test\r\n", 1, true))
  end)

  it("has no line of more than 998 bytes", function()
    local text = text_of { subject = ("ä"):rep(2000), text = ("long "):rep(1000),
      to = { { name = ("ö "):rep(500), email = "a@" .. ("b"):rep(200) .. ".test" } },
      headers = { { name = "X-Long", value = ("x"):rep(5000) } },
      attachments = { { name = ("ü"):rep(300) .. ".txt", data = ("y"):rep(5000) } } }
    for line in text:gmatch "(.-)\r\n" do
      assert.is_true(#line <= 998, line)
      assert.is_nil(line:find "[\r\n]")
    end
  end)

  it("writes text so that it can be read: 7bit, quoted-printable, or base64", function()
    for _, case in ipairs { { "plain", "7bit" }, { "grüße an alle hier", "quoted-printable" },
      { "日本語の本文", "base64" }, { ("x"):rep(999), "quoted-printable" },
      { "nul \0", "quoted-printable" }, { "", "7bit" } } do
      assert.truthy(text_of({ text = case[1] }):find("Transfer-Encoding: " .. case[2], 1, true),
        case[1])
    end
    assert.truthy(text_of({ text = "grüße" }, { eightbit = true }):find("8bit", 1, true))
  end)

  it("gives its bytes in pieces, as often as wanted", function()
    local body <close> = built { text = ("abc\n"):rep(10000) }
    local parts = {}
    for piece in body:chunks(1000) do
      assert.is_true(#piece <= 1000)
      parts[#parts + 1] = piece
    end
    assert.equal(body:read_all(), table.concat(parts))
    assert.equal(body.size, #body:read_all())
  end)

  it("streams its attachments: data, a file, a function", function()
    local path = os.tmpname()
    local file = assert(io.open(path, "wb"))
    file:write(("file"):rep(50000))
    file:close()
    local n = 0
    local body <close> = built { text = "", attachments = {
      { name = "d", data = ("data"):rep(50000) }, { name = "p", path = path },
      { name = "s", source = function()
        n = n + 1
        return n <= 1000 and ("s"):rep(200) or nil
      end } } }
    os.remove(path)
    local list = mime.read(body).attachments
    assert.equal(3, #list)
    for i, name in ipairs { "d", "p", "s" } do
      assert.equal(name, list[i].name)
      assert.equal(200000, list[i].size)
    end
    assert.equal(("data"):rep(50000), list[1].open():read(1 << 20))
    assert.equal(("file"):rep(50000), list[2].open():read(1 << 20))
    assert.equal(("s"):rep(200000), list[3].open():read(1 << 20))
  end)

  it("has a message in it as it is", function()
    local raw = "Subject: r\xc3\xa4w\nTo: x\n\nline\r\nnext\rlast"
    local body <close> = built { text = "", attachments = { { type = "message/rfc822",
      name = "raw.eml", data = raw } } }
    assert.is_true(body.eightbit)
    local inner = mime.read(body).attachments[1]
    assert.is_true(inner.embedded)
    assert.equal("räw", inner.message():fields({ "subject" }).subject)
    assert.equal("line\nnext\nlast", inner.message():fields({ "text" }).text)
  end)
end)

local names <const> = { "subject", "from", "sender", "to", "cc", "bcc", "reply_to", "sent",
  "message_id", "in_reply_to", "references", "importance", "sensitivity", "categories" }

local function same_fields(draft, record)
  for _, name in ipairs(names) do
    local value = record[name]
    if type(value) == "table" and #value == 0 and not value.email then value = nil end
    assert.same(draft[name], value, name)
  end
  if draft.text then assert.equal(draft.text, record.text) end
  assert.equal(draft.html, record.html)
  assert.equal(#(draft.attachments or {}), #record.attachments)
  for i, given in ipairs(draft.attachments or {}) do
    local found = record.attachments[i]
    assert.equal(given.name, found.name)
    assert.equal(given.type or "application/octet-stream", found.type)
    assert.equal(given.content_id, found.content_id)
    assert.equal(given.inline or false, found.inline)
    assert.equal(#given.data, found.size)
    assert.equal(given.data, found.open():read(1 << 20) or "")
  end
end

-- values that are random, but the same in each run
local function random(seed)
  local state = seed
  local R = {}
  function R.below(n)
    state = (state * 1103515245 + 12345) & 0x7fffffff
    return (state >> 8) % n
  end
  function R.of(list) return list[R.below(#list) + 1] end
  function R.text(most, alphabet)
    local parts = {}
    for i = 1, R.below(most) do parts[i] = R.of(alphabet) end
    return table.concat(parts)
  end
  return R
end

local words <const> = { "a", "B", "ü", "日本", "🎉", " ", "=?", "?=", "_", "=", "\"", "\\", "(",
  ")", ",", ";", ":", "<", ">", "@", ".", "long-word-without-blanks", "e\u{301}", "-", "'x", "%" }
local lines <const> = { "text", " ", "\n", "=", "ä", ".", "\n.\n", "\nFrom x", "日本語", "--", "\t",
  "=20", "\n\n", "begin", ("w"):rep(300) }

local function trimmed(text)
  return (text:gsub("^%s+", ""):gsub("%s+$", ""))
end

local function random_name(R)
  local name = trimmed(R.text(12, words)):gsub("^['\"]+", ""):gsub("['\"]+$", "")
  return name ~= "" and trimmed(name) or nil
end

local function random_address(R)
  return { name = random_name(R), email = R.of { "a@example.test", "b.c+d@bücher.example",
    "\"odd one\"@example.test", "x@y", "o'neil@example.test" } }
end

local function some(R, fn, most)
  local list = {}
  for i = 1, R.below(most) do list[i] = fn(R) end
  return #list > 0 and list or nil
end

local function random_attachment(R)
  local name = trimmed(R.text(10, words))
  local id = R.below(3) == 0 and "id" .. R.below(1000) .. "@x" or nil
  return { name = name ~= "" and name or nil, data = R.text(300, lines), inline = id ~= nil,
    content_id = id, type = R.of { "application/pdf", "image/png", "text/plain", "text/html",
      "text/calendar" } }
end

local function random_draft(seed)
  local R = random(seed)
  local draft = { subject = trimmed(R.text(30, words)), from = random_address(R),
    to = some(R, random_address, 5), cc = some(R, random_address, 3),
    bcc = some(R, random_address, 2), reply_to = some(R, random_address, 3),
    sent = 1000000000 + R.below(1 << 30), message_id = "<" .. seed .. "@example.test>",
    importance = R.of { "low", "normal", "high" },
    sensitivity = R.of { "normal", "personal", "private", "confidential" },
    categories = some(R, function() return random_name(R) or "x" end, 3),
    references = R.of { "<a@b>", "<a@b> <c@d>" }, in_reply_to = R.of { "<a@b>", "<c@d>" },
    text = R.below(4) > 0 and R.text(60, lines) or nil,
    html = R.below(2) > 0 and "<p>" .. R.text(60, lines) or nil,
    attachments = some(R, random_attachment, 4) }
  if not draft.text and not draft.html then draft.text = "x" end
  -- what HTML shows comes before what is attached
  if draft.html and draft.attachments then
    local list = {}
    for _, spec in ipairs(draft.attachments) do if spec.inline then list[#list + 1] = spec end end
    for _, spec in ipairs(draft.attachments) do
      if not spec.inline then list[#list + 1] = spec end
    end
    draft.attachments = list
  end
  return draft
end

describe("what is built and read again", function()
  for _, opts in ipairs { { bcc = true }, { bcc = true, utf8 = true, eightbit = true } } do
    it("is the same for random drafts" .. (opts.utf8 and ", as UTF-8" or ""), function()
      for seed = 1, 400 do
        local draft = random_draft(seed)
        local body <close> = mime.build(draft, opts)
        local ok, err = pcall(same_fields, draft, mime.read(body))
        if not ok then error(("seed %d: %s\n%s"):format(seed, err, body:read_all()), 0) end
      end
    end)
  end

  it("is the same built twice", function()
    for seed = 1, 20 do
      assert.equal(text_of(random_draft(seed)), text_of(random_draft(seed)))
    end
  end)

  it("is the same message in a message", function()
    for seed = 1, 50 do
      local draft = random_draft(seed)
      local body <close> = built { text = "outer", attachments = { { name = "inner",
        type = "message/rfc822", item = draft } } }
      same_fields(draft, mime.record(mime.read(body).attachments[1].message()))
    end
  end)
end)

describe("a draft of a message", function()
  it("has all that the message has", function()
    local draft = random_draft(7)
    draft.attachments = { { name = "inner", type = "message/rfc822",
      item = { subject = "within", text = "deep" } }, { name = "f", data = "content" } }
    local body <close> = mime.build(draft, { bcc = true })
    local copy = mime.draft(mime.parse(body))
    assert.equal(draft.subject, copy.subject)
    assert.equal("within", copy.attachments[1].item.subject)
    assert.equal("deep", copy.attachments[1].item.text)
    assert.equal("content", copy.attachments[2].source())
    assert.is_nil(copy.attachments[2].source())
    local again <close> = mime.build(copy, { bcc = true, seed = "s" })
    assert.equal(draft.text, mime.read(again).text)
  end)

  it("is one that servers take: no NUL, no bare name, an empty file with its content", function()
    local copy = mime.draft(mime.parse("From: MAILER-DAEMON\nTo: Bob Bee, c@d\nList-Id: l\n"
      .. "Content-Type: multipart/mixed; boundary=b\n\n--b\n\na\0b\n--b\n"
      .. "Content-Disposition: attachment; filename=empty\n\n--b--\n"))
    assert.same({ name = "MAILER-DAEMON", email = "MAILER-DAEMON" }, copy.from)
    assert.same({ { name = "Bob Bee", email = "Bob Bee" }, { email = "c@d" } }, copy.to)
    assert.equal("ab", copy.text)
    assert.same({ { name = "List-Id", value = "l" } }, copy.headers)
    assert.equal("", copy.attachments[1].data)
  end)

  it("takes text from HTML where there is no other", function()
    local record = mime.read "Content-Type: text/html\n\n<p>one<p>two"
    assert.equal("one\ntwo", record.text)
    assert.equal("<p>one<p>two", record.html)
    assert.is_nil(core.parse("Content-Type: text/html\n\n<p>one"):fields({ "text" }).text)
  end)
end)
