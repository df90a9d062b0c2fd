-- What the objects promise, whatever the server and its protocol.  Each
-- behaviour names the feature that it needs: where session:can denies it, the
-- same calls have to raise `unsupported`; everywhere else they have to do it.
--
-- A peer has name, column (of the printed table), user(n), connect(n, more)
-- for two users; and where its protocol cannot write, writer(n): a session of the
-- same mailbox that can.

local assert = require "luassert"
local board = require "support.board"
local satchel = require "satchel"

local Face = {}
Face.__index = Face

Face.new_year = 1767225600

Face.refused = require("support.refused").kind

-- what a behaviour ends with that was denied in another way; with a reason
-- whatever the session says that it can
function Face.unsupported(reason)
  error({ kind = "unsupported", reason = reason }, 0)
end

-- how each of a list reads
function Face.plain(list)
  local shown = {}
  for i, each in ipairs(list) do shown[i] = tostring(each) end
  return shown
end

-- retries what delivery may take a moment for
function Face.eventually(fn)
  for _ = 1, 50 do
    local value = fn()
    if value then return value end
    satchel.sleep(0.2)
  end
  error("it did not happen", 2)
end

-- without the line breaks at its end
function Face.trimmed(text)
  return text and (text:gsub("%s+$", ""))
end

---A spec of one behaviour.
---@param row string in the printed table
---@param feature string|false what the session must be able to do; false: nothing special
---@param title string
---@param fn fun()
function Face:behaviour(row, feature, title, fn)
  self.it(title, function()
    local can = not feature or self.session:can(feature)
    local ok, err = xpcall(fn, function(e)
      return type(e) == "string" and debug.traceback(e) or e
    end)
    local denied = not ok and type(err) == "table" and err.kind == "unsupported"
    local column = self.peer.column or self.peer.name
    if ok and can then
      board.note(column, row, "yes")
    elseif denied and (not can or err.reason) then
      board.note(column, row, "unsupported")
    else
      board.note(column, row, "FAILED")
      if not ok then error(err, 0) end
      error(("session:can %q denies what was done"):format(feature), 0)
    end
  end)
end

---A folder to work in: one of its own where there can be folders, else the
---inbox, emptied.
---@param title string
---@return satchel.Folder
function Face:place(title)
  if self.peer.writer then
    self.writer = self.peer.writer(1)
    self.writer.inbox:empty { hard = true }
    self.session = self.peer.connect(1)
    self.folder = self.session.inbox
  else
    self.session = self.peer.connect(1)
    local name = "Specs of " .. title
    for old in self.session.inbox:folders() do -- of a run that was cut off
      if old.name:sub(1, #name) == name then old:delete { hard = true } end
    end
    -- a server may not be done with the one of that name that was deleted before
    self.folder = self.session.inbox:create_folder(name .. " " .. os.time())
  end
  return self.folder
end

---Ends what `place` began.
function Face:leave()
  if self.writer then
    self.session:close()
    self.writer.inbox:empty { hard = true }
    self.writer:close()
    self.writer = nil
  else
    self.folder:delete { hard = true }
    self.session:close()
  end
end

---Stores messages and gives them as this session sees them, in their order.
---@param drafts table[]
---@return satchel.Item[]
function Face:put(drafts)
  local into = self.writer and self.writer.inbox or self.folder
  if self.writer then -- a POP3 server may have locked the mailbox
    self.session:close()
    into:empty { hard = true }
  end
  for _, result in ipairs(into:create_all(drafts)) do
    assert.is_true(result.ok, tostring(result.error))
  end
  if self.writer then
    self.session = self.peer.connect(1)
    self.folder = self.session.inbox
  end
  local wanted, found = {}, {}
  for i, draft in ipairs(drafts) do wanted[draft.subject] = i end
  for item in self.folder:items { fields = { "subject" } } do
    local i = wanted[item.subject]
    if i then found[i] = item end
  end
  assert.equal(#drafts, #found)
  return found
end

---@param _ENV table the environment that busted gives a spec
---@param peer table support.live, support.boxed, …
return function(_ENV, peer)
  local face = setmetatable({ peer = peer, it = it }, Face)
  describe("on " .. peer.name, function()
    for _, part in ipairs { "messages", "changes", "attachments", "queries", "bulk", "folders",
      "sending" } do
      describe(part, function() require("scenario.face." .. part)(_ENV, face) end)
    end
  end)
end
