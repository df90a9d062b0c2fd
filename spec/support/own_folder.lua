-- For what the behavioural spec of the objects does not ask of a driver: sessions on the
-- Dovecot of the run, each with a folder of its own.

local peers = require "support.mail_peers"

local M = {}

---The same specs where the server has every extension and where it has next to none.
---@param _ENV table the environment that busted gives a spec
---@param fn fun(peer: table)
function M.each_server(_ENV, fn)
  for _, peer in ipairs { peers.imap, peers.plain } do
    describe("on " .. peer.name, function() fn(peer) end)
  end
end

---A session with a folder, in a table that is filled before the specs run.
---@param _ENV table the environment that busted gives a spec
---@param peer table
---@param name string
---@return { session: satchel.Session, folder: satchel.Folder }
function M.place(_ENV, peer, name)
  local at = {}
  setup(function()
    at.session = peer.connect(1)
    pcall(function() at.session:folder(name):delete { hard = true } end)
    at.folder = at.session:folder(name, { create = true })
  end)
  teardown(function()
    at.folder:delete { hard = true }
    at.session:close()
  end)
  return at
end

return M
