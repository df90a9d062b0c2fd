-- Stored items of one mailbox, read: the fields of one, and of a message inside
-- another, which is served by its outer one's parts.

local bodies = require "satchel.imap.bodies"
local error_object = require "satchel.error"
local fetch = require "satchel.imap.fetch"
local fields = require "satchel.imap.fields"
local ids = require "satchel.imap.ids"
local records = require "satchel.imap.records"
local structure = require "satchel.imap.structure"

---@class satchel.imap.Driver
local Driver = {}

local light

-- what `get` brings: all that one FETCH tells of a message
local function light_fields()
  if not light then
    light = {}
    for name, source in pairs(fields.sources) do
      if source ~= "body" and source ~= "header" then light[#light + 1] = name end
    end
    table.sort(light)
  end
  return light
end

---The error for an item that is not there.
---@param op string
---@param id string
---@return satchel.Error
function Driver:no_item(op, id)
  return error_object.new { kind = "not_found", op = op, server = self.conn.server,
    message = ("%s: item %s does not exist"):format(op, id) }
end

local function wanted_of(self, names)
  return fields.wanted(names, function(name) return self:has(name) end)
end

-- what is known of a message's parts serves those who read them next
local function remember(self, id, tree)
  self.ahead = { id = id, tree = tree }
end

-- fields and bodies of a message whose structure is known: 1 round trip; nil where an
-- answer broke
local function read_known(self, op, folder_id, id, wanted, tree)
  local validity, uid = ids.parse(id)
  local found, rest, into = structure.read(tree), {}, {}
  local items = wanted.items:gsub("BODYSTRUCTURE ?", ""):gsub(" $", "")
  local commands = fetch.commands({ uid }, items ~= "" and items or "FLAGS", rest)
  local sections = bodies.items(found, wanted.fields)
  if sections ~= "" then commands[2] = fetch.commands({ uid }, sections, into)[1] end
  self:check(op, folder_id, self:in_folder(op, folder_id, commands,
    { uidvalidity = validity, item = id }))
  local response = rest[uid]
  if rest.broken or into.broken then return nil end
  if not response then error_object.raise(self:no_item(op, id)) end
  response.bodystructure = tree
  local record = records.new(response, wanted, { folder_id = folder_id, uidvalidity = validity })
  bodies.fill(record, found, into[uid] and into[uid].sections or {}, wanted.fields)
  return record
end

-- the fields of a whole message: 1 round trip, 2 with bodies
local function read_item(self, op, folder_id, id, names)
  local validity, uid = ids.parse(id)
  local wanted = wanted_of(self, names)
  local _ <close> = self.conn:enter()
  if wanted.bodies and self.ahead and self.ahead.id == id then
    local record = read_known(self, op, folder_id, id, wanted, self.ahead.tree)
    if record then return record end
  end
  local responses = fetch.responses(self, op, folder_id, { uid }, wanted.items or "FLAGS",
    { uidvalidity = validity, item = id })
  local place = { folder_id = folder_id, uidvalidity = validity }
  local tree = responses[uid] and responses[uid].bodystructure
  if tree then remember(self, id, tree) end
  local list = fetch.records(self, op, place, { uid }, responses, wanted)
  return list[1] or error_object.raise(self:no_item(op, id))
end

---The BODYSTRUCTURE of an item, if the server can write it: 1 round trip, none if it was
---just read.
---@param op string
---@param folder_id string
---@param id string
---@return table|nil tree
---@return satchel.Error|nil err
function Driver:known_tree(op, folder_id, id)
  local outer = id:match "^[^:]*"
  if self.ahead and self.ahead.id == outer then return self.ahead.tree end
  local validity, uid = ids.parse(outer)
  local responses = fetch.responses(self, op, folder_id, { uid }, "BODYSTRUCTURE",
    { uidvalidity = validity, item = outer })
  local tree = responses[uid] and responses[uid].bodystructure
  if tree then
    remember(self, outer, tree)
    return tree
  end
  local err = fetch.absent(self, op, outer, responses)
  if not responses.broken then error_object.raise(err) end
  return nil, err
end

---The BODYSTRUCTURE of an item: 1 round trip, none if it was just read.
---@param op string
---@param folder_id string
---@param id string
---@return table tree
function Driver:tree_of(op, folder_id, id)
  local tree, err = self:known_tree(op, folder_id, id)
  return tree or error_object.raise(err)
end

-- Messages inside others ----------------------------------------------------------

---The part that an embedded message is, and the tree of its own body.
---@param op string
---@param folder_id string
---@param id string with a part
---@return table node
function Driver:embedded_node(op, folder_id, id)
  local _, _, part = ids.parse(id)
  local node = structure.find(self:tree_of(op, folder_id, id), part)
  if node and node.body then return node end
  return error_object.raise(self:no_item(op, id))
end

-- items of FETCH for the sections of an embedded message
local function inner_sections(wanted, part)
  local list = {}
  for item in (wanted.items or ""):gmatch "BODY%.PEEK(%b[])" do
    list[#list + 1] = ("BODY.PEEK[%s.%s"):format(part, item:sub(2))
  end
  return table.concat(list, " ")
end

-- sections of the answer, as they would be called if the message stood alone
local function outer_names(sections, part)
  local list = {}
  for name, text in pairs(sections or {}) do
    list[(name:gsub("^BODY%[" .. part:gsub("%.", "%%.") .. "%.(HEADER)", "BODY[%1"))] = text
  end
  return list
end

-- a message inside another has no flags and no time of its own
local function read_embedded(self, op, folder_id, id, names)
  local _ <close> = self.conn:enter()
  local validity, uid, part = ids.parse(id)
  local node = self:embedded_node(op, folder_id, id)
  local wanted = wanted_of(self, names)
  local sections = inner_sections(wanted, part)
  local response = { uid = uid, envelope = node.envelope, bodystructure = node.body,
    size = node.size, flags = { "\\Seen" } }
  local place = { folder_id = folder_id, uidvalidity = validity }
  if sections ~= "" then
    local answer = fetch.responses(self, op, folder_id, { uid }, sections,
      { uidvalidity = validity, item = id })
    if not answer[uid] then error_object.raise(fetch.absent(self, op, id, answer)) end
    response.sections = outer_names(answer[uid].sections, part)
  end
  local record
  if wanted.bodies then
    record = fetch.records(self, op, place, { uid }, { [uid] = response }, wanted)[1]
  else
    record = records.new(response, wanted, place)
  end
  record.id = id
  return record
end

---@param op string
---@param folder_id string
---@param id string
---@param names string[]
---@return table record
function Driver:read(op, folder_id, id, names)
  local _, _, part = ids.parse(id)
  return (part and read_embedded or read_item)(self, op, folder_id, id, names)
end

-- Verbs ---------------------------------------------------------------------------

---Fields of one item: 1 round trip, 2 with text or html.
---@param folder_id string
---@param id string
---@param names? string[] all that are read at once if absent
---@return table record
function Driver:get(folder_id, id, names)
  return self:read("get", folder_id, id, names or light_fields())
end

---@param id string
---@param folder_id string
---@param names string[]
---@return table fields
function Driver:load(id, folder_id, names)
  local record = self:read("read", folder_id, id, names)
  return record.partial and error_object.raise(record.partial) or record
end

---IMAP has no properties.
function Driver.get_props()
  return error_object.unsupported "props: IMAP has no properties; see item.headers"
end

function Driver.set_props()
  return error_object.unsupported "props: IMAP has no properties"
end

return Driver
