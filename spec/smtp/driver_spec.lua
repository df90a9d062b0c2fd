-- Sessions that only send.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local hello <const> = "S: 220 mx\nC: EHLO …\nS: 250 mx\n"

local function session(peer, more)
  local opts = { url = "smtp://" .. peer.place, tls = false, user = "anna@example.test",
    timeout = 5, proxy = false }
  for name, value in pairs(more or {}) do opts[name] = value end
  return satchel.connect(opts)
end

describe("a session of SMTP", function()
  it("sends, from the user unless the message says", function()
    local peer <close> = line_peer.start(hello .. [[
      C: MAIL FROM:<anna@example.test>
      S: 250 ok
      C: RCPT TO:<bob@example.test>
      S: 250 ok
      C: RCPT TO:<eve@example.test>
      S: 250 ok
      C: DATA
      S: 354 go
      C.
      S: 250 queued
      C: QUIT
      S: 221 bye]])
    local s = session(peer)
    assert.equal("server", s:can "send")
    local sent = s:send { to = "Bob <bob@example.test>", cc = "bob@EXAMPLE.test",
      bcc = "eve@example.test", subject = "x", text = "y", message_id = "<1@x.test>" }
    s:close()
    peer:check()
    assert.equal("<1@x.test>", sent.message_id)
    assert.is_nil(sent.item)
    assert.equal(2, #sent.results)
    local heard = peer:heard()
    assert.matches("C: From: anna@example.test\n", heard)
    assert.matches("C: Message%-ID: <1@x.test>\n", heard)
    assert.matches("C: Date: ", heard)
    assert.not_matches("eve@example.test.*eve@example.test", heard)
    assert.not_matches("Bcc", heard)
  end)

  it("has nothing else, and says so", function()
    local peer <close> = line_peer.start(hello .. "! drain")
    local s <close> = session(peer)
    for _, fn in ipairs { function() return s.inbox end, function() return s.root end,
      function() return s:folder "x" end, function() return s:folders() end,
      function() return s:mailbox "x@y" end } do
      local ok, err = satchel.try(fn)
      assert.is_false(ok)
      assert.equal("unsupported", err.kind)
      assert.matches("smtp only sends", err.message)
    end
    for _, feature in ipairs { "move", "search", "folders", "imap" } do
      assert.is_false(s:can(feature))
    end
    assert.is_nil(s.imap)
  end)

  it("does not send in a dry run", function()
    local peer <close> = line_peer.start(hello .. "! drain")
    local ops = {}
    local s <close> = session(peer, { dry_run = true, trace = function(e)
      if e.layer == "verb" then ops[#ops + 1] = e.op end
    end })
    s:send { to = "bob@example.test", subject = "x" }
    assert.same({ "send" }, ops)
    assert.equal("C: EHLO [127.0.0.1]", peer:heard())
  end)

  it("does not open another's mailbox", function()
    local ok, err = satchel.try(satchel.connect, { url = "smtp://127.0.0.1:1", user = "a@b",
      mailbox = "c@d" })
    assert.is_false(ok)
    assert.equal("unsupported", err.kind)
  end)
end)
