-- Sending what lies on the IMAP server already: Dovecot's IMAP, Dovecot's proxy of
-- submission, which fetches by BURL, and the Postfix behind it; and scripted servers for
-- what these do not do.

local line_peer = require "support.line_peer"
local mime = require "satchel.mime"
local satchel = require "satchel"
local url = require "satchel.imap.url"

local users <const> = { ["anna@example.test"] = "secret", ["bob@example.test"] = "secret-2",
  ["carol@example.test"] = "secret-3", ["full@example.test"] = "secret-4" }
local LARGE <const> = ("0123456789abcdefghijklmnopqrstuvwxyz-_."):rep(8000):sub(1, 200000)

local dovecot, postfix
local said = {}

setup(function()
  dovecot = require "support.dovecot".start { users = users,
    quota = { ["full@example.test"] = "50K" }, protocols = { "imap", "lmtp", "submission" } }
  postfix = require "support.postfix".start { users = users, dovecot = dovecot }
end)

teardown(function()
  if postfix then postfix:stop() end
  if dovecot then dovecot:stop() end
end)

before_each(function() said = {} end)

local function connect(more, user)
  local options = { url = ("imap://localhost:%d"):format(dovecot.imap),
    user = user or "anna@example.test", smtp = dovecot.url "submission",
    tls = { ca = dovecot.ca }, proxy = false, timeout = 10, trace = function(event)
      if event.layer == "imap" or event.layer == "smtp" then
        said[#said + 1] = (event.direction == "send" and "> " or "< ") .. (event.text or "")
      end
    end }
  options.password = users[options.user]
  for k, v in pairs(more or {}) do options[k] = v end
  return satchel.connect(options)
end

local function heard() return table.concat(said, "\n") end
local function has(text) return heard():find(text, 1, true) ~= nil end

-- bytes of messages that went up, by either protocol
local function uploaded()
  local n = 0
  for _, line in ipairs(said) do
    n = n + (line:match "^> BDAT (%d+)" or 0)
    for size in (line:match "^>.*" or ""):gmatch "{(%d+)" do n = n + size end
  end
  return n
end

local function count(folder, subject)
  return folder:query({ where = { subject = subject } }):count()
end

-- what somebody got, its own header lines first
local function delivered(user, subject)
  local session <close> = connect(nil, user)
  for _ = 1, 100 do
    local item = session.inbox:query({ where = { subject = subject } }):first()
    if item then return item:mime() end
    satchel.sleep(0.05)
  end
  error("nothing came: " .. subject)
end

local number = 0
local function message(more)
  number = number + 1
  local draft = { to = "bob@example.test", subject = ("Message %03d"):format(number),
    text = "x", attachments = { { name = "large.bin", data = LARGE } } }
  for k, v in pairs(more or {}) do draft[k] = v end
  return draft
end

describe("a large message", function()
  local session
  before_each(function()
    session = connect()
    assert.is_string(session.sent.id) -- it is known
    said = {}
  end)
  after_each(function() session:close() end)

  it("is uploaded once, and fetched from Sent", function()
    local draft = message { to = { "bob@example.test", "carol@example.test" } }
    local sent = session:send(draft)
    assert.truthy(heard():find '> %w+ APPEND "Sent" %(\\Seen%) {%d+}\n.*GENURLAUTH.*MAIL.*BURL')
    assert.falsy(has "BDAT")
    assert.is_true(uploaded() < 1.5 * #LARGE, uploaded())
    assert.equal(2, #sent.results)
    assert.equal(draft.subject, sent.item.subject)
    assert.is_false(sent.item.unread)
    local copy = sent.item:mime()
    for _, user in ipairs { "bob@example.test", "carol@example.test" } do
      local got = delivered(user, draft.subject)
      assert.is_true(got:sub(-#copy) == copy, "other bytes than in Sent")
    end
    assert.equal(1, count(session.sent, draft.subject))
    assert.falsy(heard():find ":internal:%x")
  end)

  it("takes one round trip more than a small one", function()
    local function cost(draft)
      local before = session.imap.round_trips + session.smtp.round_trips
      session:send(draft)
      return session.imap.round_trips + session.smtp.round_trips - before
    end
    assert.is_string(session.smtp.server) -- connected
    assert.equal(3, cost(message { attachments = {} }))
    assert.falsy(has "> BURL")
    assert.equal(4, cost(message()))
    assert.truthy(has "> BURL")
  end)

  it("tells who is in Bcc in its copy alone", function()
    local draft = message { bcc = "carol@example.test" }
    local sent = session:send(draft)
    assert.truthy(heard():find "> BDAT %d%d%d\n> BURL [^\n]*;SECTION=TEXT")
    assert.is_true(uploaded() < 1.5 * #LARGE)
    local bcc, copy = sent.item:mime():match "^(Bcc: [^\n]*\n)(.*)$"
    assert.equal("Bcc: carol@example.test\r\n", bcc)
    for _, user in ipairs { "bob@example.test", "carol@example.test" } do
      local got = delivered(user, draft.subject)
      assert.falsy(got:lower():find "\nbcc:")
      assert.is_true(got:sub(-#copy) == copy, "other bytes than in Sent")
    end
  end)

  it("is not fetched where no copy is kept", function()
    session:send(message { save = false })
    assert.falsy(has "> BURL")
    assert.falsy(has "APPEND")
  end)

  it("is fetched on another connection where one sees no more than it saw", function()
    for i = 1, 2 do
      local draft = message()
      session:send(draft)
      assert.is_true(uploaded() < 1.5 * #LARGE, i)
      delivered("bob@example.test", draft.subject)
      assert.equal(1, count(session.sent, draft.subject))
      said = {}
    end
    -- known by now: what is not worth another connection goes as it did
    local draft = message()
    session:send(draft)
    assert.falsy(has "EHLO")
    assert.truthy(has "BDAT")
    assert.equal(1, count(session.sent, draft.subject))
    said = {}
    session:send(message { attachments = { { name = "x", data = LARGE:rep(3) } } })
    assert.truthy(heard():find "> QUIT.*> EHLO.*> BURL")
    assert.falsy(has "BDAT")
  end)

  it("leaves no copy where a recipient is refused, and the error is the same", function()
    local draft = message { to = { "bob@example.test", "nobody@example.test" } }
    local ok, err = satchel.try(session.send, session, draft)
    assert.truthy(has "GENURLAUTH")
    local other <close> = connect { smtp = { url = postfix.url "submission" } }
    local _, plain = satchel.try(other.send, other, draft)
    assert.is_false(ok)
    for _, field in ipairs { "kind", "code", "name", "stage", "op", "retryable", "hint" } do
      assert.equal(plain[field], err[field], field)
    end
    assert.equal(#plain.results, #err.results)
    assert.equal(0, count(session.sent, draft.subject))
  end)

  it("goes to those who are not refused, with partial", function()
    local draft = message { to = { "bob@example.test", "nobody@example.test" }, partial = true }
    local sent = session:send(draft)
    assert.is_false(sent.results[2].ok)
    assert.truthy(has "> BURL")
    assert.equal(1, count(session.sent, draft.subject))
  end)
end)

describe("a copy for which there is no room", function()
  it("does not keep the message from being sent, and goes up once", function()
    local session <close> = connect(nil, "full@example.test")
    local draft = message()
    local ok, err = satchel.try(session.send, session, draft)
    assert.is_false(ok)
    assert.equal("quota", err.kind)
    assert.equal("save", err.stage)
    assert.truthy(delivered("bob@example.test", draft.subject))
    assert.equal(1, select(2, heard():gsub("> %w+ APPEND", "")))
    assert.falsy(has "> BURL")
  end)
end)

describe("a large draft", function()
  it("is sent from where it lies: nothing of it travels", function()
    local session <close> = connect()
    local fields = message { bcc = "carol@example.test" }
    local draft = session.drafts:create(fields)
    local bytes = draft:mime()
    said = {}
    local sent = draft:send()
    assert.truthy(heard():find "> BURL [^\n]*/Drafts;")
    assert.is_true(uploaded() < 2000, uploaded())
    assert.falsy(has "BODY.PEEK[TEXT]")
    assert.equal(0, count(session.drafts, fields.subject))
    assert.equal(1, count(session.sent, fields.subject))
    assert.equal("carol@example.test", sent.item.bcc[1].email)
    assert.is_true(sent.item:mime():sub(-#LARGE) == bytes:sub(-#LARGE))
    local got = delivered("carol@example.test", fields.subject)
    assert.falsy(got:lower():find "\nbcc:")
    assert.is_true(got:sub(-#LARGE) == bytes:sub(-#LARGE))
  end)

  it("stays a draft where it is refused", function()
    local session <close> = connect()
    local fields = message { to = "nobody@example.test" }
    local draft = session.drafts:create(fields)
    local ok = satchel.try(draft.send, draft)
    assert.is_false(ok)
    assert.equal(1, count(session.drafts, fields.subject))
    assert.equal(0, count(session.sent, fields.subject))
  end)
end)

describe("a URL that the server of IMAP does not authorize", function()
  local original = url.submission
  after_each(function() url.submission = original end)

  it("is not tried again, and the message goes as it would without", function()
    local session <close> = connect()
    function url.submission(place)
      return original(place, { user = "anna@example.test", sender = "anna@example.test",
        host = "elsewhere.test", expires = os.time() + 60 })
    end
    for i = 1, 2 do
      local draft = message()
      said = {}
      session:send(draft)
      assert.equal(i == 1, has "GENURLAUTH")
      assert.falsy(has "> BURL")
      assert.truthy(has "BDAT")
      delivered("bob@example.test", draft.subject)
      assert.equal(1, count(session.sent, draft.subject))
    end
  end)
end)

-- a server that sends, by a script; `after`: what it does from MAIL on
local function sender(after)
  return line_peer.start("S: 220 mx\nC: EHLO …\nS: 250-mx\nS: 250-PIPELINING\nS: 250-CHUNKING\n"
    .. "S: 250-ENHANCEDSTATUSCODES\nS: 250 BURL imap imap://localhost:" .. dovecot.imap .. "\n"
    .. "C: MAIL FROM:<anna@example.test>\nC: RCPT TO:<bob@example.test>\nS: 250 2.1.0 ok\n"
    .. "S: 250 2.1.5 ok\n" .. after)
end

-- bytes of a message as it goes out; nothing in it has another length the next time
local function size()
  local draft = message()
  draft.from, draft.to = { email = "anna@example.test" }, { { email = draft.to } }
  local body <close> = mime.build(draft, { date = os.time() })
  return body.size
end

describe("a server that sends and", function()
  local fetch <const> = "C: BURL imap://anna%40example.test@localhost:…:internal:… LAST\n"

  local function try(after, more)
    local peer <close> = sender(after)
    local session <close> = connect { smtp = { url = "smtp://" .. peer.place, tls = false } }
    local draft = message(more)
    local ok, result = satchel.try(session.send, session, draft)
    peer:check()
    return ok, result, count(session.sent, draft.subject)
  end

  for name, case in pairs {
    ["has no room"] = { "S: 552 5.2.2 full\n", "quota", 552 },
    ["takes none that large"] = { "S: 554 5.3.4 too big\n", "limit", 554 },
    ["does not like it"] = { "S: 550 5.7.1 spam\n", "denied", 550 },
    ["is not ready for it"] = { "S: 451 4.7.1 later\n", "throttled", 451 },
    ["closes"] = { "S: 421 4.3.0 bye\n", "server", 421 },
  } do
    it(name .. " leaves no copy", function()
      local ok, err, copies = try(fetch .. case[1])
      assert.is_false(ok)
      assert.equal(case[2], err.kind, tostring(err))
      assert.equal(case[3], err.code)
      assert.falsy(err.uncertain)
      assert.equal(0, copies)
    end)
  end

  for _, refusal in ipairs { "554 5.6.6 IMAP URL resolution failed",
    "554 5.7.14 URL resolution requires trust relationship", "554 no",
    "451 4.4.1 IMAP server unavailable", "502 5.5.1 what?", "501 5.5.4 Invalid URL" } do
    it("does not come by it gets its bytes: " .. refusal, function()
      local ok, sent, copies = try(fetch .. "S: " .. refusal .. "\nC: RSET\n"
        .. "C: MAIL FROM:<anna@example.test>\nC: RCPT TO:<bob@example.test>\nS: 250 ok\n"
        .. "S: 250 2.1.0 ok\nS: 250 2.1.5 ok\nC: BDAT … LAST\nC# " .. size() .. "\n"
        .. "S: 250 2.0.0 ok\n")
      assert.is_true(ok, tostring(sent))
      assert.truthy(has "> BDAT")
      assert.equal(1, copies)
    end)
  end

  it("does not answer: nobody knows whether it was sent", function()
    local ok, err, copies = try(fetch .. "! close\n")
    assert.is_false(ok)
    assert.equal("network", err.kind)
    assert.is_true(err.uncertain)
    assert.is_false(err.retryable)
    assert.equal(0, copies)
  end)
end)

describe("a server of IMAP that is lost", function()
  local hello <const> = "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
    .. "C: $tag AUTHENTICATE PLAIN …\n"
    .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS URLAUTH SPECIAL-USE] in\n"
  local roles <const> = 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK x\n'
    .. 'C: $tag LIST "" "*"\nS: * LIST (\\Sent) "/" Sent\nS: $tag OK x\n'
  local function append(bytes)
    return 'C: $tag APPEND "Sent" (\\Seen) {' .. bytes .. "+}\nC# " .. bytes .. "\n"
  end

  local function try(imap, smtp)
    local from <close> = line_peer.start(imap)
    local to <close> = sender(smtp)
    local session <close> = connect { url = "imap://" .. from.place, tls = false,
      smtp = { url = "smtp://" .. to.place, tls = false } }
    local ok, result = satchel.try(session.send, session, message())
    session:close()
    from:check()
    to:check()
    return ok, result
  end

  it("while the copy goes up: it is sent, and the copy not doubled", function()
    local bytes = size()
    local ok, sent = try({ hello .. roles .. append(bytes) .. "C: \n! close\n",
      hello .. "C: $tag SELECT \"Sent\"\nS: * 1 EXISTS\nS: * OK [UIDVALIDITY 7] x\n"
        .. "S: $tag OK [READ-WRITE] x\nC: $tag UID SEARCH HEADER Message-ID …\n"
        .. "S: * SEARCH 9\nS: $tag OK x\nC: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n" },
      "C: BDAT … LAST\nC# " .. bytes .. "\nS: 250 2.0.0 ok\n")
    assert.is_true(ok, tostring(sent))
    assert.equal("7.9", sent.item.id)
  end)

  it("while a URL is asked for: it is asked for again", function()
    local generate <const> = "C: $tag GENURLAUTH …\n"
    local authorized <const> = 'S: * GENURLAUTH "imap://anna%40example.test@localhost/Sent;UID=9;'
      .. 'URLAUTH=submit+anna:internal:0123abcd"\nS: $tag OK x\n'
    local ok, sent = try({ hello .. roles .. append(size()) .. "C: \n"
        .. "S: $tag OK [APPENDUID 7 9] x\n" .. generate .. "! close\n",
      hello .. generate .. authorized .. "C: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n" },
      "C: BURL imap://anna%40example.test@localhost/Sent;UID=9;URLAUTH=submit+anna"
        .. ":internal:0123abcd LAST\nS: 250 2.0.0 ok\n")
    assert.is_true(ok, tostring(sent))
    assert.equal("7.9", sent.item.id)
  end)

  it("before the copy of what was not sent is removed: the error says so", function()
    local ok, err = try({ hello .. roles .. append(size()) .. "C: \n"
        .. "S: $tag OK [APPENDUID 7 9] x\nC: $tag GENURLAUTH …\n"
        .. 'S: * GENURLAUTH "imap://a@localhost/Sent;UID=9;URLAUTH=submit+a:internal:0123abcd"\n'
        .. "S: $tag OK x\n! close\n", "S: * BYE no more\n" },
      "C: BURL … LAST\nS: 550 5.7.1 spam\n")
    assert.is_false(ok)
    assert.equal("denied", err.kind)
    assert.truthy(err.message:find("its copy is still in folder 'Sent'", 1, true), err.message)
  end)
end)
