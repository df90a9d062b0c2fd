-- ROPs on tables ([MS-OXCTABL] 3.2.5).

local categories = require "satchel.sandbox.categories"
local code = require "satchel.sandbox.code"
local restrict = require "satchel.sandbox.restrict"
local rops = require "satchel.sandbox.rops"
local value = require "satchel.sandbox.value"

local on = rops.on

local COMPLETE = 0 -- TableStatus
local BEGINNING, CURRENT, END, CUSTOM = 0, 1, 2, 3

on("set_columns", "table", function(request, t)
  local err = t:set_columns(request.property_tags)
  if err then return nil, err end
  return { table_status = COMPLETE }
end)

local function sort_key(order)
  local tag = value.stored_tag(order.tag & ~0x2000)
  return { tag = tag, descending = order.order == "descending" }
end

on("sort_table", "table", function(request, t)
  if t.source.kind ~= "contents" then return nil, code.NotSupported end
  local orders = request.sort_orders
  if #orders > 8 then return nil, code.TooComplex end
  if request.category_count > #orders
    or request.expanded_count > request.category_count then
    return nil, code.InvalidParameter
  end
  t.sort = {}
  for i, order in ipairs(orders) do t.sort[i] = sort_key(order) end
  t.source:renew(t)
  t:reset()
  categories.start(t, request.category_count, request.expanded_count)
  return { table_status = COMPLETE }
end)

on("restrict", "table", function(request, t)
  local kind = t.source.kind
  if kind ~= "contents" and kind ~= "hierarchy" and kind ~= "rules" then
    return nil, code.NotSupported
  end
  t.restriction = request.restriction_data
  if t.source.renew then t.source:renew(t) end
  t:reset()
  return { table_status = COMPLETE }
end)

-- as many rows as there is room for; one at least must fit
local function take_rows(t, rows, from, step, wanted, room)
  local out, size, i = {}, 0, from
  while #out < wanted and rows[i] do
    local row, bytes = t:row(rows[i])
    if size + bytes > room then break end
    out[#out + 1] = row
    size, i = size + bytes, i + step
  end
  return out
end

local NO_ADVANCE = 1

on("query_rows", "table", function(request, t, call)
  if not t.columns then return nil, code.NullObject end
  local rows = t:rows()
  local forward = request.forward_read
  local step = forward and 1 or -1
  local first = forward and t.pos + 1 or t.pos
  local list = take_rows(t, rows, first, step, request.row_count, call.room - 16)
  if #list == 0 and rows[first] and request.row_count > 0 then return nil, code.BufferTooSmall end
  local pos = t.pos + step * #list
  if request.query_rows_flags & NO_ADVANCE == 0 then t.pos = pos end
  local origin = CURRENT
  if forward and pos >= #rows then origin = END
  elseif not forward and pos <= 0 then origin = BEGINNING end
  return { origin = origin, row_data = list, columns = t.column_tags }
end)

on("query_position", "table", function(_, t)
  local rows = t:rows()
  return { numerator = t.pos, denominator = #rows }
end)

local function seek(t, from, offset)
  local count = #t:rows()
  local target = from + offset
  local reached = math.max(0, math.min(target, count))
  t.pos = reached
  return reached ~= target, reached - from
end

on("seek_row", "table", function(request, t)
  local origin, offset = request.origin, request.row_count
  local count = #t:rows()
  local from = origin == BEGINNING and 0 or origin == CURRENT and t.pos or origin == END and count
  if not from or origin == BEGINNING and offset < 0 or origin == END and offset > 0 then
    return nil, code.InvalidParameter
  end
  local less, moved = seek(t, from, offset)
  return { has_sought_less = less, rows_sought = moved }
end)

on("seek_row_fractional", "table", function(request, t)
  if request.denominator == 0 then return nil, code.InvalidBookmark end
  local count = #t:rows()
  t.pos = math.min(count, request.numerator * count // request.denominator)
  return {}
end)

local function bookmark_of(t, bytes)
  if #bytes ~= 4 then return nil end
  return t.bookmarks[string.unpack("<I4", bytes)]
end

local function may_bookmark(t)
  return t.source.kind == "contents" or t.source.kind == "hierarchy"
end

on("create_bookmark", "table", function(_, t)
  if not may_bookmark(t) then return nil, code.NotSupported end
  if not t.columns then return nil, code.NullObject end
  local rows = t:rows()
  local id = t.next_bookmark
  t.next_bookmark = id + 1
  t.bookmarks[id] = { pos = t.pos, row = rows[t.pos + 1] }
  if t.source.view then t.source.view.cursors[t.bookmarks[id]] = true end
  return { bookmark = string.pack("<I4", id) }
end)

on("free_bookmark", "table", function(request, t)
  if not may_bookmark(t) then return nil, code.NotSupported end
  if not bookmark_of(t, request.bookmark) then return nil, code.InvalidBookmark end
  t.bookmarks[string.unpack("<I4", request.bookmark)] = nil
  return {}
end)

on("seek_row_bookmark", "table", function(request, t)
  if not may_bookmark(t) then return nil, code.NotSupported end
  if not t.columns then return nil, code.NullObject end
  local bookmark = bookmark_of(t, request.bookmark)
  if not bookmark then return nil, code.InvalidBookmark end
  local rows = t:rows()
  local gone = bookmark.row ~= nil and rows[bookmark.pos + 1] ~= bookmark.row
  local less, moved = seek(t, bookmark.pos, request.row_count)
  return { row_no_longer_visible = gone, has_sought_less = less, rows_sought = moved }
end)

local BACKWARD = 1

local function find_from(t, request)
  local origin = request.origin
  if origin == BEGINNING then return 0 end
  if origin == CURRENT then return t.pos end
  if origin == END then return #t:rows() end
  if origin == CUSTOM then
    local bookmark = bookmark_of(t, request.bookmark)
    if not bookmark then return nil, code.InvalidBookmark end
    return bookmark.pos
  end
  return nil, code.InvalidParameter
end

on("find_row", "table", function(request, t)
  local kind = t.source.kind
  if kind ~= "contents" and kind ~= "hierarchy" and kind ~= "rules" then
    return nil, code.NotSupported
  end
  if not t.columns then return nil, code.NullObject end
  local rows = t:rows()
  local from, err = find_from(t, request)
  if not from then return nil, err end
  local test = request.restriction_data
    and restrict.compile(request.restriction_data, t.source.read) or function() return true end
  local backward = request.find_row_flags & BACKWARD ~= 0
  local i, step = backward and math.min(from + 1, #rows) or from + 1, backward and -1 or 1
  while rows[i] do
    if test(rows[i]) then
      t.pos = i - 1
      return { row_no_longer_visible = false, row_data = (t:row(rows[i])),
        columns = t.column_tags }
    end
    i = i + step
  end
  return nil, code.NotFound
end)

on("query_columns_all", "table", function(_, t)
  return { property_tags = t.source.all_columns or {} }
end)

on("get_status", "table", function() return { table_status = COMPLETE } end)
on("abort", "table", function() return nil, code.UnableToAbort end)

on("reset_table", "table", function(_, t)
  t.columns, t.column_tags, t.sort, t.restriction = nil, nil, {}, nil
  if t.source.renew then
    t.source:renew(t)
    categories.start(t, 0, 0)
  end
  t:reset()
  return {}
end)

-- groups ---------------------------------------------------------------------

local function group(t, id)
  if t.source.kind ~= "contents" or not t.categories then return nil, code.NotSupported end
  t:rows()
  local h = categories.find(t, id)
  if not h then return nil, code.NotFound end
  return h
end

local function place_of(rows, row)
  for i, r in ipairs(rows) do
    if r == row then return i end
  end
end

on("expand_row", "table", function(request, t, call)
  local h, err = group(t, request.category_id)
  if not h then return nil, err end
  if h.expanded then return nil, code.NotCollapsed end
  local before = #t:rows()
  categories.expand(t, h, true)
  local rows = t:rows()
  local added = #rows - before
  local at = place_of(rows, h)
  local list = at and take_rows(t, rows, at + 1, 1,
    math.min(request.max_row_count, added), call.room - 16) or {}
  if at and t.pos > at then t.pos = math.min(t.pos + added, #rows) end
  return { expanded_row_count = added, row_data = list, columns = t.column_tags }
end)

on("collapse_row", "table", function(request, t)
  local h, err = group(t, request.category_id)
  if not h then return nil, err end
  if not h.expanded then return nil, code.NotExpanded end
  local before = #t:rows()
  categories.expand(t, h, false)
  return { collapsed_row_count = before - #t:rows() }
end)

on("get_collapse_state", "table", function(_, t)
  if t.source.kind ~= "contents" or not t.categories then return nil, code.NotSupported end
  t:rows()
  local parts = {}
  for path, h in pairs(t.categories.known) do
    parts[#parts + 1] = (h.expanded and "+" or "-") .. path
  end
  table.sort(parts)
  return { collapse_state = table.concat(parts, "\1") }
end)

on("set_collapse_state", "table", function(request, t)
  if t.source.kind ~= "contents" or not t.categories then return nil, code.NotSupported end
  t:rows()
  for mark, path in request.collapse_state:gmatch "([+-])([^\1]*)" do
    local h = t.categories.known[path]
    if h then categories.expand(t, h, mark == "+") end
  end
  return { bookmark = string.pack("<I4", 0) }
end)
