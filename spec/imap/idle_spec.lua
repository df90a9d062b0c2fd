-- Waiting on a real Dovecot while other tasks use the same session: nobody waits for the
-- waiting one, and nothing is missed by it.

local connection = require "satchel.imap.connection"
local core = require "satchel.core"
local errors = require "satchel.error"
local idle = require "satchel.imap.idle"
local mail_servers = require "support.mail_servers"
local native = require "satchel.imap.native"
local task = require "satchel.task"

local NAME <const> = "waiting"
local MESSAGE <const> = "From: a@example.test\r\nSubject: x\r\n\r\nhi\r\n"

local function open()
  local d = mail_servers.dovecot()
  return native.new(connection.open { url = d.url "imap", user = "anna@example.test",
    password = "secret", tls = { ca = d.ca }, proxy = false, timeout = 10 })
end

describe("waiting", function()
  local imap

  before_each(function()
    imap = open()
    pcall(imap.delete, imap, NAME)
    imap:create(NAME)
  end)

  after_each(function() imap.connection:close() end)

  it("lets others of the session go first", function()
    local took, events = nil, {}
    local watcher = task.spawn(function()
      for event in imap:idle(NAME, { timeout = 4 }) do
        events[#events + 1] = event.type
        if event.number == 20 then return event.type end
      end
    end)
    task.spawn(function()
      local start = core.net.now()
      for _ = 1, 20 do
        imap:append(NAME, MESSAGE)
        imap:status "INBOX"
        imap:noop()
      end
      took = core.net.now() - start
    end)
    task.run()
    assert.equal("exists", watcher:join())
    assert.is_true(took < 3, tostring(took))
  end)

  it("is told what came while another mailbox was selected", function()
    local other = open()
    local watcher = task.spawn(function()
      return imap:idle(NAME, { timeout = 4 })()
    end)
    task.spawn(function()
      task.sleep(0.1)
      local _ <close> = imap.connection:enter()
      imap:search("INBOX", "ALL")
      other:append(NAME, MESSAGE)
      imap:search("INBOX", "ALL")
    end)
    task.run()
    other.connection:close()
    assert.same({ type = "exists", number = 1 }, watcher:join())
  end)

  it("hears nothing of a mailbox that was selected again as it was", function()
    local watcher = task.spawn(function()
      return imap:idle(NAME, { timeout = 0.6 })() or "nothing"
    end)
    task.spawn(function()
      task.sleep(0.1)
      for _ = 1, 3 do imap:search("INBOX", "ALL") end
    end)
    task.run()
    assert.equal("nothing", watcher:join())
  end)

  it("is for one loop at a time", function()
    local first = task.spawn(function()
      for _ in imap:idle(NAME, { timeout = 0.6 }) do error "nothing happened" end
    end)
    local second = task.spawn(function()
      task.sleep(0.1)
      return select(2, errors.try(function() return imap:idle("INBOX", { timeout = 1 })() end))
    end)
    task.run()
    first:join()
    assert.equal("conflict", second:join().kind)
    assert.is_nil(imap:idle("INBOX", { timeout = 0.1 })())
  end)

  it("keeps events in order, whenever they come", function()
    local one = idle.open({ listeners = {} }, nil, 1)
    one:add "a"
    one:add "b"
    assert.equal("a", one:next())
    one:add "c"
    assert.equal("b", one:next())
    assert.equal("c", one:next())
    one:add "d"
    assert.equal("d", one:next())
  end)
end)
