-- What POP3 can never do was looked for first: moving to a folder said that there
-- is none, and that one could be made.

local mail_servers = require "support.mail_servers"
local satchel = require "satchel"

describe("a maildrop", function()
  local session

  before_each(function()
    session = satchel.connect(mail_servers.options("pop3", "bob@example.test"))
  end)

  after_each(function() session:close() end)

  local verbs = {
    ["query:move"] = function() session.inbox:query({}):move "Trash" end,
    ["query:copy"] = function() session.inbox:query({}):copy "Trash" end,
    ["query:update"] = function() session.inbox:query({}):update { unread = false } end,
    ["query:delete"] = function() session.inbox:query({}):delete() end,
    ["folder:create"] = function() session.inbox:create { subject = "x" } end,
    ["folder:import"] = function() session.inbox:import { mime = "Subject: x\r\n\r\n" } end,
    ["folder:create_folder"] = function() session.root:create_folder "x" end,
    ["folder:rename"] = function() session.inbox:rename "x" end,
    ["folder:move"] = function() session.inbox:move "x" end,
    ["folder:copy"] = function() session.inbox:copy "x" end,
    ["folder:delete"] = function() session.inbox:delete() end,
    ["session:folder"] = function() session:folder("Trash", { create = true }) end,
    ["session.trash"] = function() return session.trash end,
  }
  for name, verb in pairs(verbs) do
    it("refuses " .. name .. " by name", function()
      local ok, err = satchel.try(verb)
      assert.is_false(ok)
      assert.equal("unsupported", err.kind, tostring(err))
    end)
  end

  it("does not say that folders could be made", function()
    local ok, err = satchel.try(session.folder, session, "Trash")
    assert.is_false(ok)
    assert.equal("not_found", err.kind)
    assert.is_nil(err.hint)
  end)
end)
