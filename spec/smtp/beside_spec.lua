-- SMTP beside the protocol of a session.

local satchel = require "satchel"
local servers = require "support.mail_servers"

describe("session.smtp", function()
  for _, scheme in ipairs { "imap", "pop3" } do
    it("is what a session by " .. scheme .. " sends by", function()
      local session <close> = satchel.connect(servers.options(scheme, "anna@example.test"))
      local native = session.smtp
      assert.is_table(native.capabilities.PIPELINING)
      assert.equal(250, native:noop().code)
      local before = native.round_trips
      session:send { to = "anna@example.test", subject = "counted", text = "x", save = false }
      assert.is_true(session.smtp.round_trips - before <= 3)
      assert.is_nil(session.mapi)
    end)

    it("is nil for a session by " .. scheme .. " that cannot send", function()
      local options = servers.options(scheme, "anna@example.test")
      options.smtp = nil
      local session <close> = satchel.connect(options)
      assert.is_nil(session.smtp)
    end)
  end
end)
