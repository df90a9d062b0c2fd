-- An upload that had to wait for the server ended in an error without words: the
-- wait was over, and taken for a failure.

local mail_servers = require "support.mail_servers"
local satchel = require "satchel"

local SIZE <const> = 24 << 20

local function source()
  local left = SIZE
  return function()
    local n = math.min(left, 65536)
    left = left - n
    return n > 0 and ("\0"):rep(n) or nil
  end
end

describe("an upload longer than what the sockets hold", function()
  it("waits for the server, and comes back as it was", function()
    local session <close> = satchel.connect(mail_servers.options("imap", "anna@example.test"))
    local item = session.inbox:create { subject = "long",
      attachments = { { name = "long.bin", source = source() } } }
    local size = 0
    for piece in item.attachments[1]:chunks(1 << 20) do
      assert.is_true(piece == ("\0"):rep(#piece))
      size = size + #piece
    end
    assert.equal(SIZE, size)
    item:delete { hard = true }
  end)
end)
