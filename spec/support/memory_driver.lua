-- A driver over tables in memory: enough of a server for the specs of the
-- objects.  It records each call in `driver.calls` and fails on demand by
-- `driver.fail[verb] = err`.

local match = require "satchel.match"
local null = require "satchel.null"

local Driver = {}
Driver.__index = Driver

local M = {}

local roles <const> = { "inbox", "sent", "drafts", "outbox", "trash", "junk" }

local function copy(value)
  if type(value) ~= "table" or rawequal(value, null) then return value end
  local new = {}
  for k, v in pairs(value) do new[k] = copy(v) end
  return new
end

function M.new(options)
  local driver = setmetatable({ protocol = "memory", user = "anna@example.test",
    folders = {}, items = {}, calls = {}, fail = {}, next_id = 0, window = 3,
    raw = {} }, Driver)
  for k, v in pairs(options or {}) do driver[k] = v end
  driver:add_folder("root", nil, "Top")
  for _, role in ipairs(roles) do
    driver:add_folder(role, "root", role:gsub("^%l", string.upper), role)
  end
  return driver
end

function Driver:new_id(prefix)
  self.next_id = self.next_id + 1
  return prefix .. self.next_id
end

function Driver:add_folder(id, parent_id, name, role)
  local folder = { id = id, parent_id = parent_id, name = name, role = role, kind = "mail" }
  self.folders[#self.folders + 1] = folder
  return folder
end

function Driver:note(verb, ...)
  self.calls[#self.calls + 1] = { verb = verb, ... }
  if self.fail[verb] then require("satchel.error").raise(self.fail[verb]) end
end

-- how often a verb was called
function Driver:count_of(verb)
  local n = 0
  for _, call in ipairs(self.calls) do
    if call.verb == verb then n = n + 1 end
  end
  return n
end

function Driver:folder_of(id)
  for _, folder in ipairs(self.folders) do
    if folder.id == id then return folder end
  end
  require("satchel.error").raise { kind = "not_found", message = "no folder " .. tostring(id) }
end

function Driver:items_of(folder_id)
  local list = {}
  for _, item in ipairs(self.items) do
    if item.folder_id == folder_id then list[#list + 1] = item end
  end
  return list
end

function Driver:record_of(folder)
  local unread, items = 0, self:items_of(folder.id)
  for _, item in ipairs(items) do unread = unread + (item.unread and 1 or 0) end
  local record = copy(folder)
  record.total, record.unread, record.size = #items, unread, 0
  return record
end

function Driver.can(_, feature) return feature == "move" and "server" end
function Driver:close() self:note "close" end

function Driver:root()
  self:note "root"
  return self:record_of(self.folders[1])
end

function Driver:role_folder(role)
  self:note("role_folder", role)
  for _, folder in ipairs(self.folders) do
    if folder.role == role then return self:record_of(folder) end
  end
  return self:record_of(self:add_folder(role, "root", role, role))
end

function Driver:list_folders(parent_id, recursive)
  self:note("list_folders", parent_id, recursive)
  local list = {}
  local function add(id, depth)
    for _, folder in ipairs(self.folders) do
      if folder.parent_id == id then
        local record = self:record_of(folder)
        record.depth = depth
        list[#list + 1] = record
        if recursive then add(folder.id, depth + 1) end
      end
    end
  end
  add(parent_id or "root", 1)
  return list
end

function Driver:find_folder(parent_id, name)
  self:note("find_folder", parent_id, name)
  for _, folder in ipairs(self.folders) do
    if folder.parent_id == parent_id and folder.name == name then
      return self:record_of(folder)
    end
  end
end

function Driver:get_folder(id)
  self:note("get_folder", id)
  return self:record_of(self:folder_of(id))
end

function Driver:create_folder(parent_id, name, kind)
  self:note("create_folder", parent_id, name, kind)
  local folder = self:add_folder(self:new_id "f", parent_id, name)
  folder.kind = kind
  return self:record_of(folder)
end

function Driver:rename_folder(id, name)
  self:note("rename_folder", id, name)
  self:folder_of(id).name = name
end

function Driver:move_folder(id, parent_id, name)
  self:note("move_folder", id, parent_id, name)
  self:folder_of(id).parent_id = parent_id
end

function Driver:copy_folder(id, parent_id, name)
  self:note("copy_folder", id, parent_id, name)
  self:add_folder(self:new_id "f", parent_id, name)
end

function Driver:delete_folder(id, hard)
  self:note("delete_folder", id, hard)
  if not hard then
    self:folder_of(id).parent_id = "trash"
    return
  end
  for i, folder in ipairs(self.folders) do
    if folder.id == id then
      table.remove(self.folders, i)
      return
    end
  end
end

function Driver:empty_folder(id, hard)
  self:note("empty_folder", id, hard)
  for i = #self.items, 1, -1 do
    if self.items[i].folder_id == id then table.remove(self.items, i) end
  end
end

local function sorter(order)
  return function(a, b)
    for _, by in ipairs(order) do
      local x, y = a[by.field] or 0, b[by.field] or 0
      if x ~= y then
        if by.descending then return x > y end
        return x < y
      end
    end
    return a.at < b.at
  end
end

function Driver:rows(plan)
  local list = {}
  for i, item in ipairs(self.items) do
    item.at = i
    if item.folder_id == plan.folder_id and match(plan.where, item) then
      list[#list + 1] = item
    end
  end
  table.sort(list, sorter(plan.order or {}))
  local from = (plan.offset or 0) + 1
  return table.move(list, from, math.min(#list, from - 1 + (plan.limit or #list)), 1, {})
end

function Driver:count(plan)
  self:note("count", plan)
  return #self:rows(plan)
end

function Driver:ids(plan)
  self:note("ids", plan)
  local ids = {}
  for i, item in ipairs(self:rows(plan)) do ids[i] = item.id end
  return ids
end

local function pick(item, fields)
  local record = { id = item.id, folder_id = item.folder_id, class = item.class,
    props = {} }
  for _, name in ipairs(fields) do
    if item[name] ~= nil then record[name] = copy(item[name]) end
  end
  return record
end

function Driver:cursor(plan)
  self:note("cursor", plan)
  local rows, at, driver = self:rows(plan), 0, self
  return {
    next = function()
      driver:note "next"
      local window = {}
      while #window < driver.window and rows[at + 1] do
        at = at + 1
        window[#window + 1] = pick(rows[at], plan.fields)
      end
      return #window > 0 and window or nil
    end,
    close = function() driver:note "cursor_close" end,
  }
end

function Driver:item_of(id)
  for i, item in ipairs(self.items) do
    if item.id == id then return item, i end
  end
  require("satchel.error").raise { kind = "not_found", message = "no item " .. tostring(id) }
end

local columns <const> = { "subject", "from", "to", "unread", "received" }

function Driver:get(folder_id, id, fields)
  self:note("get", folder_id, id)
  return pick(self:item_of(id), fields or columns)
end

function Driver:attachments(id, folder_id)
  self:note("attachments", id, folder_id)
  local list = {}
  for i, a in ipairs(self:item_of(id).attachments or {}) do
    list[i] = { num = a.num, name = a.name, type = a.type, size = #(a.data or ""),
      inline = a.inline, content_id = a.content_id, embedded = a.item ~= nil }
  end
  return list
end

function Driver:load(id, folder_id, fields)
  self:note("load", id, folder_id, fields)
  local record = pick(self:item_of(id), fields)
  if record.attachments then record.attachments = self:attachments(id, folder_id) end
  return record
end

local function content(a)
  if a.data then return a.data end
  if a.path then
    local file <close> = assert(io.open(a.path, "rb"))
    return file:read "a"
  end
  local parts = {}
  if a.source then
    for piece in a.source do parts[#parts + 1] = piece end
  end
  return table.concat(parts)
end

function Driver:add_attachments(item, list)
  item.attachments = item.attachments or {}
  for _, a in ipairs(list) do
    if a.copy then a = self:attachment_of(a.copy.id, a.copy.num) end
    local stored = copy(a)
    self.next_num = (self.next_num or -1) + 1
    stored.num, stored.data, stored.source = self.next_num, content(a), nil
    item.attachments[#item.attachments + 1] = stored
  end
end

function Driver:add(folder_id, fields)
  local item = copy(fields)
  local attachments = item.attachments or {}
  item.attachments = nil
  item.id, item.folder_id = self:new_id "m", folder_id
  item.class = item.class or "IPM.Note"
  self:add_attachments(item, fields.attachments and attachments or {})
  self.items[#self.items + 1] = item
  return item
end

function Driver:create(folder_id, drafts)
  self:note("create", folder_id, drafts)
  local results = {}
  for i, draft in ipairs(drafts) do
    if draft.subject == "refuse" then
      results[i] = { ok = false, error = { kind = "quota", message = "full" } }
    else
      results[i] = { ok = true, id = self:add(folder_id, draft).id }
    end
  end
  return results
end

local function apply(item, changes)
  for name, value in pairs(changes) do
    if rawequal(value, null) then value = nil end
    item[name] = copy(value)
  end
end

function Driver.each_of(_, ids, fn)
  local results = {}
  for i, id in ipairs(ids) do
    local ok, err = pcall(fn, id)
    results[i] = ok and { id = id, ok = true, new_id = err } or
      { id = id, ok = false, error = err }
  end
  return results
end

function Driver:update(ids, folder_id, changes, opts)
  self:note("update", ids, folder_id, changes, opts)
  return self:each_of(ids, function(id) apply(self:item_of(id), changes) end)
end

local function transfer(self, verb, ids, target_id, opts, act)
  self:note(verb, ids, target_id, opts)
  local results = self:each_of(ids, act)
  for _, result in ipairs(results) do
    local new_id = result.new_id
    if opts.ids ~= true then result.new_id = nil end
    if opts.ids == "later" then
      result.find = function()
        self:note "find"
        return new_id
      end
    end
  end
  return results
end

function Driver:move(ids, _, target_id, opts)
  return transfer(self, "move", ids, target_id, opts, function(id)
    local item = self:item_of(id)
    item.folder_id, item.id = target_id, self:new_id "m"
    return item.id
  end)
end

function Driver:copy(ids, _, target_id, opts)
  return transfer(self, "copy", ids, target_id, opts, function(id)
    return self:add(target_id, self:item_of(id)).id
  end)
end

function Driver:delete(ids, folder_id, hard, opts)
  self:note("delete", ids, folder_id, hard, opts)
  return self:each_of(ids, function(id)
    local item, i = self:item_of(id)
    if hard then table.remove(self.items, i) else item.folder_id = "trash" end
  end)
end

function Driver:save(id, folder_id, changes, edits)
  self:note("save", id, folder_id, changes, edits)
  local item = self:item_of(id)
  apply(item, changes)
  self:add_attachments(item, edits.add)
  for _, num in ipairs(edits.remove) do
    for i = #item.attachments, 1, -1 do
      if item.attachments[i].num == num then table.remove(item.attachments, i) end
    end
  end
  return { id = id, folder_id = folder_id }
end

function Driver:attachment_of(id, num)
  for _, a in ipairs(self:item_of(id).attachments or {}) do
    if a.num == num then return a end
  end
end

function Driver:open_attachment(id, folder_id, num)
  self:note("open_attachment", id, folder_id, num)
  local data, at, driver = self:attachment_of(id, num).data, 1, self
  return {
    read = function(_, n)
      if at > #data then return nil end
      local piece = data:sub(at, at + n - 1)
      at = at + #piece
      return piece
    end,
    close = function() driver:note "reader_close" end,
  }
end

function Driver:attachment_item(id, folder_id, num)
  self:note("attachment_item", id, folder_id, num)
  return copy(self:attachment_of(id, num).item)
end

function Driver:send(message, opts)
  self:note("send", message, opts)
  local id = "<" .. self:new_id "sent" .. "@example.test>"
  local answer = { message_id = id }
  if opts.save then
    answer.find = function()
      self:note "find"
      return self:add("sent", message).id, "sent"
    end
  end
  return answer
end

function Driver:submit(id, folder_id)
  self:note("submit", id, folder_id)
  local item = self:item_of(id)
  item.folder_id, item.draft = "sent", false
  return { message_id = "<" .. id .. "@example.test>", item_id = id, item_folder_id = "sent" }
end

local function key_name(key) return tostring(key) end

function Driver:get_props(id, _, keys)
  self:note("get_props", id, keys)
  local values, props = {}, self:item_of(id).props or {}
  for i, key in ipairs(keys) do values[i] = props[key_name(key)] end
  return values
end

function Driver:set_props(id, _, list)
  self:note("set_props", id, list)
  local item = self:item_of(id)
  item.props = item.props or {}
  for _, change in ipairs(list) do
    local value = change[2]
    if rawequal(value, null) then value = nil end
    item.props[key_name(change[1])] = value
  end
end

function Driver:mailbox(address)
  self:note("mailbox", address)
  return M.new { user = address }
end

---A session over a new driver of this kind, and the driver.
function M.session(options)
  local driver = M.new(options)
  return require("satchel.session").new(driver), driver
end

return M
