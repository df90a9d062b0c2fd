-- Messages of the face, sent by a real Postfix and delivered by a real Dovecot.

local connection = require "satchel.smtp.connection"
local mime = require "satchel.mime"
local outgoing = require "satchel.smtp.outgoing"
local satchel = require "satchel"
local servers = require "support.mail_servers"

local anna <const>, bob <const>, carol <const> =
  "anna@example.test", "bob@example.test", "carol@example.test"

local function context(more)
  local options = servers.options("pop3s", bob, { timeout = 20 })
  options.smtp = { url = options.smtp }
  for name, value in pairs(more or {}) do options[name] = value end
  return { smtp = outgoing.connection(options), user = bob }
end

local function address(email, name) return { email = email, name = name } end

local function draft(more)
  local message = { to = { address(anna, "Anna"), address(carol) }, subject = "Größe",
    text = "hällo\n.\n..\n", bcc = { address(bob, "Jürgen") } }
  for name, value in pairs(more or {}) do message[name] = value end
  return message
end

-- the newest message of a mailbox by POP3 whose id is this; waits for it
local function delivered(user, message_id)
  for _ = 1, 100 do
    local session <close> = satchel.connect(servers.options("pop3s", user))
    for item in session.inbox:items { fields = { "message_id" } } do
      if item.message_id == message_id then
        return { raw = item:mime(), subject = item.subject, text = item.text, to = item.to,
          bcc = item.bcc, from = item.from }
      end
    end
    satchel.sleep(0.1)
  end
  error(message_id .. " did not come")
end

describe("a message", function()
  it("reaches all recipients in three round trips or fewer, and Bcc none of them", function()
    local c = context()
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    smtp:ready()
    local before = smtp:round_trips()
    local answer = outgoing.send(c, draft(), {})
    assert.is_true(smtp:round_trips() - before <= 3)
    assert.equal(3, #answer.results)
    for _, user in ipairs { anna, bob, carol } do
      local message = delivered(user, answer.message_id)
      assert.equal("Größe", message.subject)
      assert.equal("hällo\n.\n..\n", (message.text:gsub("\r\n", "\n")))
      assert.equal("Anna <" .. anna .. ">", tostring(message.to[1]))
      assert.equal(bob, message.from.email)
      assert.is_nil(message.raw:find "\n[Bb]cc:")
    end
  end)

  it("is kept with Bcc and is the same otherwise", function()
    local c, kept = context(), nil
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    c.save = function(body)
      kept = body:read_all()
      local parts = {}
      for piece in body:chunks(100) do parts[#parts + 1] = piece end
      assert.equal(kept, table.concat(parts))
      assert.equal(#kept, body.size)
      return "id", "folder"
    end
    local answer = outgoing.send(c, draft(), {})
    assert.same({ "id", "folder" }, { answer.item_id, answer.item_folder_id })
    local fields = mime.parse(kept):fields()
    assert.same({ { email = bob, name = "Jürgen" } }, fields.bcc)
    assert.equal(answer.message_id, fields.message_id)
    local without = kept:gsub("^Bcc: [^\r]*\r\n", "")
    local raw = delivered(anna, answer.message_id).raw
    assert.equal(without, raw:sub(-#without))
    kept = nil
    outgoing.send(c, draft(), { save = false })
    assert.is_nil(kept)
  end)

  it("is sent although its copy is not kept, which is an error", function()
    local c = context()
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    c.save = function() satchel.null.x = nil end
    local ok, err = satchel.try(outgoing.send, c, draft(), {})
    assert.is_false(ok)
    assert.is_true(err.uncertain)
    assert.equal("save", err.stage)
    assert.matches("was sent, but its copy was not kept", err.message)
    delivered(anna, err.message_id)
  end)

  it("is the caller's own afterwards", function()
    local c, message = context(), draft()
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    outgoing.send(c, message, {})
    assert.is_nil(message.from)
    assert.is_nil(message.message_id)
  end)

  it("goes to whom it can with partial", function()
    local c = context()
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    local message = draft { to = { address "nobody@example.test", address(anna) } }
    local ok, err = satchel.try(outgoing.send, c, message, {})
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
    assert.equal("5.1.1", err.name)
    local results = outgoing.send(c, message, { partial = true }).results
    assert.is_false(results[1].ok)
    assert.is_true(results[2].ok)
  end)

  it("with internationalised addresses goes by SMTPUTF8, domains alone in ASCII", function()
    local c = context()
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    local said = {}
    c.smtp.options.trace = function(e)
      if e.direction == "send" then said[#said + 1] = e.text end
    end
    local ok, err = satchel.try(outgoing.send, c,
      draft { to = { address "grüße@example.test" } }, {})
    assert.is_false(ok)
    assert.equal("not_found", err.kind) -- it was understood
    ok, err = satchel.try(outgoing.send, c, draft { to = { address "a@grün.example" } }, {})
    assert.is_false(ok)
    assert.is_truthy(err.code)
    local text = table.concat(said, "\n")
    assert.matches("SMTPUTF8\nRCPT TO:<grüße@example.test>", text)
    assert.matches("MAIL FROM:<bob@example.test> SIZE=%d+\nRCPT TO:<a@xn%-%-grn%-ioa.example>",
      text)
  end)

  it("is refused before it is uploaded when it is too large", function()
    local c = context()
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    local said = {}
    c.smtp.options.trace = function(e) said[#said + 1] = e.text end
    local ok, err = satchel.try(outgoing.send, c, draft { attachments = {
      { name = "x", type = "application/x", data = ("x"):rep(16 << 20) } } }, {})
    assert.is_false(ok)
    assert.equal("limit", err.kind)
    assert.matches("2%d%d%d%d%d%d%d bytes.* takes 20971520 at most", err.message)
    assert.not_matches("MAIL FROM", table.concat(said, "\n"))
  end)

  it("asks for notifications", function()
    local c = context()
    local smtp <close> = c.smtp -- luacheck: ignore smtp
    local answer = outgoing.send(c, draft(), { dsn = { ret = "headers", envid = "a b",
      notify = { "success", "failure" }, orcpt = true } })
    assert.is_true(answer.results[1].ok)
  end)
end)

describe("is refused", function()
  for _, case in ipairs {
    { "a name without an address", "not_found", "'Anna' has no e-mail address",
      { to = { { name = "Anna" } } } },
    { "no server", "unsupported", "no server is named", {}, { smtp = false } },
    { "a user that is no address", "invalid", "'bob' is no address", {}, { user = "bob" } },
  } do
    it(case[1], function()
      local c = { smtp = connection.new { url = "smtp://127.0.0.1:1" }, user = bob }
      for name, value in pairs(case[5] or {}) do c[name] = value or nil end
      local ok, err = satchel.try(outgoing.send, c, draft(case[4]), {})
      assert.is_false(ok)
      assert.equal(case[2], err.kind, tostring(err))
      assert.truthy(err.message:find(case[3], 1, true), err.message)
    end)
  end
end)

describe("where messages are sent", function()
  for _, case in ipairs {
    { {}, { "anna", "secret" } },
    { { user = "sender" }, { "sender", "secret" } },
    { { user = "sender", password = "other" }, { "sender", "other" } },
    { { token = "t" }, { "anna", nil, "t" } },
  } do
    it("credentials default to the session's", function()
      local smtp = { url = "smtp://h" }
      for name, value in pairs(case[1]) do smtp[name] = value end
      local c = outgoing.connection { user = "anna", password = "secret", smtp = smtp }
      assert.same(case[2], { c.options.user, c.options.password, c.options.token })
      assert.equal(next(case[1]) == nil, c.options.borrowed)
    end)
  end

  it("is nowhere when nothing was said", function()
    assert.is_nil(outgoing.connection { user = "anna" })
  end)
end)
