-- The copy first: a message is uploaded to Sent, or lies in Drafts, and the server that
-- sends fetches it from there (URLAUTH, RFC 4467, and BURL, RFC 4468), so that it is
-- uploaded once or never.

local assembly = require "satchel.imap.assembly"
local burl = require "satchel.smtp.burl"
local error_object = require "satchel.error"
local url = require "satchel.imap.url"
local words = require "satchel.imap.words"

local M = {}

-- It takes one round trip more: at 50 ms and 10 Mbit/s that is as long as 64 KB.
local WORTH <const> = 64 << 10

-- seconds for which a URL is good: clocks differ, and servers may be slow
local GOOD <const> = 3600

---Whether a message may go this way; it connects to the server that sends, which would
---be next anyway, and fails as that would.
---@param self satchel.imap.Driver
---@param smtp satchel.smtp.Connection
---@param content satchel.smtp.Content
---@param path satchel.smtp.Envelope
---@return boolean
function M.is_possible(self, smtp, content, path)
  if self.fetches == false or self.is_guest or (content.size or 0) < WORTH or path.utf8
    or not (self:has "URLAUTH" and self:has "UIDPLUS") then
    return false
  end
  return smtp:on_line(function()
    path:check(smtp, content)
    return burl.is_offered(smtp, content.size)
  end, function() return true end)
end

local function submission_of(self, smtp)
  local place, options = self.conn.place, self.options
  local user = options.login or options.user
  return { user = user, sender = smtp.options.user or user, host = place.host,
    -- a port of implicit TLS is none of imap://
    port = place.secure ~= "tls" and place.port or nil,
    authority = burl.authority(smtp, place.host), expires = os.time() + GOOD }
end

-- GENURLAUTH of one place: 1 round trip; nil where it is refused
local function authorized(self, smtp, place)
  local plain, found = url.submission(place, submission_of(self, smtp)), nil
  local command = words.add({ "GENURLAUTH " }, words.string(plain, "a url"), " INTERNAL")
  command.safe = true
  function command.reset() found = nil end
  function command.on(response)
    if response.type ~= "genurlauth" then return false end
    found = response[1]
  end
  local ok, done = error_object.try(self.conn.pipeline, self.conn, { command })
  if ok and done[1].error then self.fetches = false end -- it will not the next time either
  -- it is said to another server
  return found and found:find "^imap://[!-~]+$" and found or nil
end

---Says of content where the server that sends finds it: 1 round trip.
---@param self satchel.imap.Driver
---@param smtp satchel.smtp.Connection
---@param content satchel.smtp.Content
---@param stored { id: string, folder_id: string, section: string|nil, size: integer }
---@param text string|nil what stands before that
function M.refer(self, smtp, content, stored, text)
  local it = { size = stored.size, url = "" }
  local pieces = { text and { text = text } or it, text and it }
  if not burl.takes(smtp, pieces, content.size) then return end
  it.url = authorized(self, smtp, assembly.place(self, stored))
  content.pieces = it.url and pieces
end

-- the header of a message, with the empty line
local function head_of(body)
  local text = ""
  for piece in body:chunks(8192) do
    text = text .. piece
    local _, to = text:find("\r\n\r\n", 1, true)
    if to then return text:sub(1, to) end
  end
  return text
end

-- the copy of what was not sent
local function remove(self, id, folder_id, err)
  local ok, result = error_object.try(self.delete, self, { id }, folder_id, true)
  if ok and result[1].ok or not error_object.is(err) then return end
  err.message = ("%s; its copy is still in %s"):format(err.message, self:show_folder(folder_id))
end

---A function for satchel.smtp.outgoing: the copy goes up before the message is sent.
---@param self satchel.imap.Driver
---@param smtp satchel.smtp.Connection
---@param keep fun(body: satchel.mime.Body): string, string
---@return function
function M.copy_first(self, smtp, keep)
  return function(kept, body, content, path)
    if not M.is_possible(self, smtp, content, path) then return nil end
    local ok, id, folder_id = pcall(keep, kept)
    -- it is sent nevertheless, and the copy tried again; if it is there it is found
    if not ok then return nil end
    if id then
      -- who is in Bcc is told in the copy alone
      local other = kept ~= body
      M.refer(self, smtp, content, { id = id, folder_id = folder_id, size = body.size,
        section = other and "TEXT" or nil }, other and head_of(body) or nil)
    end
    return { id = id, folder_id = folder_id, undo = function(err)
      if id then remove(self, id, folder_id, err) end
    end }
  end
end

---A function for satchel.smtp.outgoing: what is sent is in a folder already, but for its
---header perhaps.
---@param self satchel.imap.Driver
---@param smtp satchel.smtp.Connection
---@param draft { id: string, folder_id: string, header: string } as it is stored
---@return function
function M.in_place(self, smtp, draft)
  return function(_, body, content, path)
    if not M.is_possible(self, smtp, content, path) then return nil end
    local header = body.pieces[1].text
    local other = header ~= draft.header
    M.refer(self, smtp, content, { id = draft.id, folder_id = draft.folder_id,
      size = body.size - (other and #header or 0), section = other and "TEXT" or nil },
      other and header or nil)
    return nil
  end
end

return M
