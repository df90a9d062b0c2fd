-- ROPs on properties ([MS-OXCPRPT] 3.2.5).

local bags = require "satchel.sandbox.bags"
local attachment = require "satchel.sandbox.attachment"
local code = require "satchel.sandbox.code"
local message = require "satchel.sandbox.message"
local rops = require "satchel.sandbox.rops"
local tags = require "satchel.sandbox.tags"
local value = require "satchel.sandbox.value"

local on = rops.on
local ANY = "logon folder message attachment"

-- A value with the type the client gets; too large ones become an error:
-- one may be read by a stream instead.
local LARGE, HEAVY, TOTAL = 0x8000, 0x1000, 0x7000

local function exact_size(tag, v)
  local kind = tag & 0xffff
  if kind == 0x1f and type(v) == "string" then
    local n = 0
    for _, c in utf8.codes(v, true) do n = n + (c > 0xffff and 4 or 2) end
    return n + 2
  end
  return value.size(tag, v)
end

local function size_of(tag, v)
  local size = value.size(tag, v)
  return size >= HEAVY and exact_size(tag, v) or size
end

-- the value of `tag` and the tag it really has (a client may not know the type)
local function look_up(bag, object, tag)
  if tag & 0xffff == 0 then
    local found, v = bag.find(object, tag >> 16)
    return v, found
  end
  return bag.read(object, value.stored_tag(tag)), tag
end

on("get_properties_specific", ANY, function(request, object)
  local bag = bags.of(object)
  rops.flush(object)
  local row, heavy, total = {}, {}, 0
  local function fail(tag, err) row[(tag & ~0xffff) | 0x000a] = err end
  for _, tag in ipairs(request.property_tags) do
    local v, as = look_up(bag, object, tag)
    local size = v ~= nil and size_of(as, v)
    if v == nil then
      fail(tag, code.NotFound)
    elseif size >= LARGE then
      fail(tag, code.NotEnoughMemory)
    else
      total = total + size
      row[as] = value.present(as, v)
      if size >= HEAVY then heavy[#heavy + 1] = as end
    end
  end
  if total >= TOTAL then
    for _, tag in ipairs(heavy) do
      row[tag] = nil
      fail(tag, code.NotEnoughMemory)
    end
  end
  return { row_data = row, columns = request.property_tags }
end)

on("get_properties_all", ANY, function(request, object)
  local bag = bags.of(object)
  rops.flush(object)
  local limit = request.property_size_limit
  local list, total = {}, 0
  for _, tag in ipairs(bag.tags(object)) do
    local v = bag.read(object, tag)
    if v ~= nil then
      local size = size_of(tag, v)
      if limit ~= 0 and size > limit or size >= LARGE or total + size >= TOTAL then
        list[#list + 1] = { tag = (tag & ~0xffff) | 0x000a, value = code.NotEnoughMemory }
      else
        total = total + size
        list[#list + 1] = { tag = tag, value = value.present(tag, v) }
      end
    end
  end
  return { property_values = list }
end)

on("get_properties_list", ANY, function(_, object)
  return { property_tags = bags.of(object).tags(object) }
end)

local function refused(bag, object, call)
  return bag.writable and bag.writable(object, call)
end

local function set_properties(request, object, call)
  local bag = bags.of(object)
  local err = refused(bag, object, call)
  if err then return nil, err end
  local problems = {}
  for i, p in ipairs(request.property_values) do
    local problem = bag.set(object, p.tag, p.value, call)
    if problem then
      problems[#problems + 1] = { index = i - 1, property_tag = p.tag, error_code = problem }
    end
  end
  if bag.changed and #problems < #request.property_values then bag.changed(object) end
  return { property_problems = problems }
end
on("set_properties", ANY, set_properties)
on("set_properties_no_replicate", ANY, set_properties)

local function delete_properties(request, object, call)
  local bag = bags.of(object)
  local err = refused(bag, object, call)
  if err then return nil, err end
  local problems = {}
  for i, tag in ipairs(request.property_tags) do
    local problem = bag.remove(object, tag, call)
    if problem then
      problems[#problems + 1] = { index = i - 1, property_tag = tag, error_code = problem }
    end
  end
  if bag.changed then bag.changed(object) end
  return { property_problems = problems }
end
on("delete_properties", ANY, delete_properties)
on("delete_properties_no_replicate", ANY, delete_properties)

-- copying --------------------------------------------------------------------

local NO_REPLACE = 0x02

local function target_of(request, object, call)
  local target = call:object(request.dest_handle_index)
  if not target then
    return nil, code.DestinationNullObject, { dest_handle_index = request.dest_handle_index }
  end
  if target.kind ~= object.kind then return nil, code.DeclineCopy end
  local err = refused(bags.of(target), target, call)
  if err then return nil, err end
  return target
end

local function problem(list, index, tag, err)
  list[#list + 1] = { index = index, property_tag = tag, error_code = err }
end

local function copy_sub_object(tag, from, to)
  if tag == tags.MessageRecipients then
    to.recipients, to.touched = from:recipient_list(), true
  else
    to.attachments, to.touched = from:attachment_list(), true
  end
end

on("copy_properties", "folder message attachment", function(request, object, call)
  if request.copy_flags & ~0x3 ~= 0 then return nil, code.InvalidParameter end
  local target, err, extra = target_of(request, object, call)
  if not target then return nil, err, extra end
  local from, to, problems = bags.of(object), bags.of(target), {}
  for i, tag in ipairs(request.property_tags) do
    local v = from.read(object, value.stored_tag(tag))
    if tag == tags.MessageRecipients or tag == tags.MessageAttachments then
      copy_sub_object(tag, object, target)
    elseif v == nil then
      problem(problems, i - 1, tag, code.NotFound)
    elseif request.copy_flags & NO_REPLACE == 0
      or to.read(target, value.stored_tag(tag)) == nil then
      local failed = to.set(target, value.stored_tag(tag), v, call)
      if failed then problem(problems, i - 1, tag, failed) end
    end
  end
  if to.changed then to.changed(target) end
  return { property_problems = problems }
end)

local function copy_all(request, object, target, call)
  local from, to, excluded = bags.of(object), bags.of(target), {}
  for _, tag in ipairs(request.excluded_tags) do excluded[tag >> 16] = true end
  local given = object.kind == "message" and object:given() or from.tags(object)
  for _, tag in ipairs(given) do
    local v = object.kind == "message" and object:raw(tag) or from.read(object, tag)
    if not excluded[tag >> 16] and v ~= nil
      and (request.copy_flags & NO_REPLACE == 0 or to.read(target, tag) == nil) then
      to.set(target, tag, v, call)
    end
  end
  return excluded
end

local function copy_contents(request, object, target, excluded)
  if object.kind == "message" then
    for _, tag in ipairs { tags.MessageRecipients, tags.MessageAttachments } do
      if not excluded[tag >> 16] then copy_sub_object(tag, object, target) end
    end
  elseif object.kind == "attachment" then
    target.embedded = object.embedded
  elseif request.want_sub_objects then
    local store = object.store
    for _, m in ipairs(not excluded[tags.ContainerContents >> 16]
      and object.folder.normal:all() or {}) do
      store:copy_message(m, target.folder)
    end
    for _, f in ipairs(not excluded[tags.ContainerHierarchy >> 16]
      and object.folder.children or {}) do
      if not target.folder:is_below(f) then
        store:copy_folder(f, target.folder, f.name, true)
      end
    end
  end
end

on("copy_to", "folder message attachment", function(request, object, call)
  if request.copy_flags & ~0x3 ~= 0 then return nil, code.InvalidParameter end
  local target, err, extra = target_of(request, object, call)
  if not target then return nil, err, extra end
  local excluded = copy_all(request, object, target, call)
  copy_contents(request, object, target, excluded)
  local bag = bags.of(target)
  if bag.changed then bag.changed(target) end
  return { property_problems = {} }
end)

rops.refuse(code.NotSupported, "progress")

-- named properties -------------------------------------------------------------

local CREATE = 0x02
local NO_GUID = "00000000-0000-0000-0000-000000000000"

on("get_property_ids_from_names", ANY, function(request, object)
  local named = object.store.named
  if request.flags ~= 0 and request.flags ~= CREATE then return nil, code.InvalidParameter end
  if #request.property_names == 0 then
    if object.kind ~= "logon" then return { property_ids = {} } end
    return { property_ids = (named:all()) }
  end
  local list, missing = {}, false
  for i, name in ipairs(request.property_names) do
    list[i] = named:id(name, request.flags == CREATE)
    missing = missing or list[i] == 0
  end
  return { property_ids = list, return_value = missing and code.ErrorsReturned or 0 }
end)

on("get_names_from_property_ids", ANY, function(request, object)
  local list = {}
  for i, id in ipairs(request.property_ids) do
    list[i] = object.store.named:name(id) or { guid = NO_GUID }
  end
  return { property_names = list }
end)

local NO_STRINGS, NO_IDS = 0x01, 0x02

on("query_named_properties", "logon folder message attachment", function(request, object)
  local list, names = object.store.named:all(request.property_guid)
  local flags, kept, kept_names = request.query_flags, {}, {}
  for i, name in ipairs(names) do
    local wanted = not (name.name and flags & NO_STRINGS ~= 0)
      and not (name.lid and flags & NO_IDS ~= 0)
    if wanted and object.kind == "message" and not message.find(object, list[i])
      or wanted and object.kind == "attachment"
        and not attachment.find_property(object, list[i]) then
      wanted = false
    end
    if wanted then
      kept[#kept + 1], kept_names[#kept_names + 1] = list[i], name
    end
  end
  return { property_ids = kept, property_names = kept_names }
end)

