-- Access lists ([MS-OXCPERM] 3.2.5) and rules ([MS-OXORULE] 3.2.5).

local code = require "satchel.sandbox.code"
local core = require "satchel.core"
local ids = require "satchel.sandbox.ids"
local permissions = require "satchel.sandbox.permissions"
local rops = require "satchel.sandbox.rops"
local sources = require "satchel.sandbox.sources"
local tables = require "satchel.sandbox.table"
local tags = require "satchel.sandbox.tags"

local on, may, RIGHT = rops.on, permissions.may, permissions.right

local FREE_BUSY = 0x02

on("get_permissions_table", "folder", function(request, object)
  local mask = request.table_flags & FREE_BUSY ~= 0 and 0x1fff or 0x7ff
  local t = tables.new(sources.permissions(object.folder, mask))
  t.store = object.store
  return {}, t
end)

local REPLACE, ADD, MODIFY, REMOVE = 0x01, 0x01, 0x02, 0x04

local function bag(list)
  local props = {}
  for _, p in ipairs(list) do props[p.tag] = p.value end
  return props
end

local function add_member(f, props, call)
  local owner = props[tags.EntryId] and ids.of_recipient(props[tags.EntryId], core.text.utf8)
  local user = owner
    and (call.box.users:of_dn(owner.dn) or call.box.users:find(owner.address))
  if not user then return code.InvalidParameter end
  permissions.set(f, user, props[tags.MemberRights] or 0)
end

local function change_member(f, props, remove)
  for i, member in ipairs(f.permissions) do
    if member.id == props[tags.MemberId] then
      if not remove then
        member.rights = props[tags.MemberRights] or member.rights
      elseif member.user then
        table.remove(f.permissions, i)
      else
        return code.InvalidParameter
      end
      return nil
    end
  end
  return code.NotFound
end

on("modify_permissions", "folder", function(request, object, call)
  local f = object.folder
  if not may(f, call.user, RIGHT.owner) then return nil, code.AccessDenied end
  if request.modify_flags & REPLACE ~= 0 then
    for i = #f.permissions, 1, -1 do
      if f.permissions[i].user then table.remove(f.permissions, i) end
    end
  end
  for _, entry in ipairs(request.permissions_data) do
    local props, what = bag(entry.property_values), entry.permission_data_flags
    local err = code.InvalidParameter
    if what == ADD then err = add_member(f, props, call)
    elseif what == MODIFY or what == REMOVE then
      err = change_member(f, props, what == REMOVE)
    end
    if err then return nil, err end
  end
  object.store:touch_folder(f)
  return {}
end)

-- rules: kept and given back; the sandbox applies none ------------------------

local RULE_ID = 0x66740014

on("get_rules_table", "folder", function(_, object)
  local t = tables.new(sources.rules(object.folder))
  t.store = object.store
  return {}, t
end)

local function find_rule(f, id)
  for i, rule in ipairs(f.rules) do
    if rule[RULE_ID] == id then return i, rule end
  end
end

on("modify_rules", "folder", function(request, object, call)
  local f = object.folder
  if not may(f, call.user, RIGHT.owner) then return nil, code.AccessDenied end
  if request.modify_rules_flags & ~REPLACE ~= 0 then return nil, code.InvalidParameter end
  f.rules = request.modify_rules_flags == 0 and f.rules or {}
  for _, entry in ipairs(request.rules_data) do
    local props, what = bag(entry.property_values), entry.rule_data_flags
    if what == ADD then
      f.last_rule = (f.last_rule or 0) + 1
      props[RULE_ID] = ids.make(f.last_rule)
      f.rules[#f.rules + 1] = props
    else
      local i, rule = find_rule(f, props[RULE_ID])
      if not i then return nil, code.NotFound end
      if what == REMOVE then table.remove(f.rules, i)
      else for tag, v in pairs(props) do rule[tag] = v end end
    end
  end
  return {}
end)

on("update_deferred_action_messages", "logon", function() return {} end)
