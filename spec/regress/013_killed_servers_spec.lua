-- A query that begins with NOOP on a connection that is gone: the folder is selected
-- again before it.

local satchel = require "satchel"
local server = require "support.server"
local servers = require "support.mail_servers"

describe("a session whose server process was killed", function()
  for _, where in ipairs { {}, { unread = true } } do
    it("counts " .. (next(where) or "all"), function()
      local session <close> = satchel.connect(servers.options("imap", "anna@example.test"))
      local folder = session.root:create_folder("Kicked " .. (next(where) or "all"))
      folder:create { subject = "one", unread = true }
      local query = folder:query { where = where }
      assert.equal(1, query:count())
      local conf = servers.dovecot().dir .. "/dovecot.conf"
      local who = server.run("doveadm -c '%s' who anna@example.test", conf)
      for pid in who:gmatch "%f[%d]%d+%f[ )]" do
        server.run("case $(cat /proc/%s/comm 2>/dev/null) in imap) kill -9 %s;; esac", pid, pid)
      end
      assert.equal(1, query:count())
      folder:delete { hard = true }
    end)
  end
end)
