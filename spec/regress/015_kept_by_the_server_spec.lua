-- Messages that were to be removed for good, of which the server said that it was done,
-- and which it kept: Dovecot expunges nothing where it has not noticed its own STORE.
-- They were called deleted; what moves without MOVE was in both folders.

local line_peer = require "support.line_peer"
local satchel = require "satchel"

local function hello(listed)
  return "S: * OK [CAPABILITY IMAP4rev1 LITERAL+ SASL-IR AUTH=PLAIN] hello\n"
    .. "C: $tag AUTHENTICATE PLAIN …\n"
    .. "S: $tag OK [CAPABILITY IMAP4rev1 LITERAL+ UIDPLUS] in\n"
    .. 'C: $tag LIST "" ""\nS: * LIST (\\Noselect) "/" ""\nS: $tag OK done\n'
    .. (listed or "") .. "C: $tag SELECT INBOX\nS: * 9 EXISTS\nS: * OK [UIDVALIDITY 7] x\n"
    .. "S: $tag OK [READ-WRITE] selected\n"
end

local BYE <const> = "C: $tag LOGOUT\nS: * BYE\nS: $tag OK bye\n"

local first <const> = "C: $tag UID SEARCH UID 1:3\nS: * SEARCH 1 2 3\nS: $tag OK x\n"
  .. "C: $tag UID STORE 1:3 +FLAGS.SILENT (\\Deleted)\nS: $tag OK x\n"
  .. "C: $tag UID EXPUNGE 1:3\n"

local function delete(script)
  local peer <close> = line_peer.start(hello() .. first .. script .. BYE)
  local session <close> = satchel.connect { url = "imap://" .. peer.place, user = "anna@x.test",
    password = "p", tls = false, proxy = false, timeout = 5 }
  local results = session.inbox:query({ ids = { "7.1", "7.2", "7.3" } }):delete { hard = true }
  session:close()
  peer:check()
  return results
end

local function oks(results)
  local list = {}
  for i, result in ipairs(results) do list[i] = result.ok end
  return list
end

describe("messages that the server keeps", function()
  it("are removed again", function()
    assert.same({ true, true, true }, oks(delete("S: $tag OK x\n"
      .. "C: $tag UID EXPUNGE 1:3\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE\nS: * 1 EXPUNGE\n"
      .. "S: $tag OK x\n")))
  end)

  it("are known one by one where VANISHED says which went", function()
    assert.same({ true, true, true }, oks(delete("S: * VANISHED 1,3\nS: $tag OK x\n"
      .. "C: $tag UID EXPUNGE 2\nS: * VANISHED 2\nS: $tag OK x\n")))
  end)

  it("are not called deleted", function()
    local results = delete("S: * 1 EXPUNGE\nS: $tag OK Expunge ignored\n"
      .. "C: $tag UID EXPUNGE 1:3\nS: $tag OK Expunge ignored\n"
      .. "C: $tag UID SEARCH UID 1:3\nS: * SEARCH 2 3\nS: $tag OK x\n")
    assert.same({ true, false, false }, oks(results))
    assert.equal("denied", results[2].error.kind)
  end)

  it("cost nothing where there are none", function()
    assert.same({ true, true, true },
      oks(delete("S: * 3 EXPUNGE\nS: * 2 EXPUNGE\nS: * 1 EXPUNGE\nS: $tag OK x\n")))
  end)

  it("are an error where a folder is emptied", function()
    local peer <close> = line_peer.start(hello 'C: $tag LIST "" "INBOX/*"\nS: $tag OK x\n'
      .. "C: $tag UID SEARCH ALL\nS: * SEARCH 1 2\nS: $tag OK x\n"
      .. "C: $tag UID STORE 1:2 +FLAGS.SILENT (\\Deleted)\nS: $tag OK x\n"
      .. "C: $tag UID EXPUNGE 1:2\nS: * 1 EXPUNGE\nS: $tag OK x\n"
      .. "C: $tag UID EXPUNGE 1:2\nS: $tag OK x\n"
      .. "C: $tag UID SEARCH UID 1:2\nS: * SEARCH 2\nS: $tag OK x\n" .. BYE)
    local session <close> = satchel.connect { url = "imap://" .. peer.place,
      user = "anna@x.test", password = "p", tls = false, proxy = false, timeout = 5 }
    local ok, err = satchel.try(session.inbox.empty, session.inbox, { hard = true })
    session:close()
    peer:check()
    assert.is_false(ok)
    assert.equal("denied", err.kind)
  end)
end)
