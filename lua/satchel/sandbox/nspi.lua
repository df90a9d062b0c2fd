-- The sandbox's answers to the requests of the address book ([MS-OXCMAPIHTTP]
-- 2.2.5, rules in [MS-OXNSPI] 3.1.4.1).  Nothing of a client is kept but that
-- it is bound; where a client stands in the list is in the STAT it sends.

local book = require "satchel.sandbox.address_book"
local code = require "satchel.sandbox.code"
local core = require "satchel.core"
local restrict = require "satchel.sandbox.restrict"
local value = require "satchel.sandbox.value"
local with = require "satchel.with"

local M = {}

local UNICODE <const> = 1200 -- CP_WINUNICODE
local UNBIND_SUCCESS <const> = 1
local INVALID_CODE_PAGE <const> = 0x8004011e
local MAX_ROWS <const> = 5000
local ANR <const> = core.names.tag "PidTagAnr"
local DISPLAY_NAME <const> = core.names.tag "PidTagDisplayName"

-- [MS-OXNSPI] 2.2.1.5 fEphID, 2.2.1.8 NspiUnicodeStrings, NspiAddressCreationTemplates
local EPHEMERAL <const>, CREATION_TEMPLATES <const>, UNICODE_TABLE <const> = 2, 2, 4

local function eight_bit(name)
  return core.names.tag("PidTag" .. name) & ~0xffff | 0x1e
end

-- [MS-OXNSPI] 3.1.4.1.8: the columns of who names none
local DEFAULT <const> = {
  core.names.tag "PidTagAddressBookContainerId", core.names.tag "PidTagObjectType",
  core.names.tag "PidTagDisplayType", eight_bit "DisplayName",
  eight_bit "PrimaryTelephoneNumber", eight_bit "DepartmentName", eight_bit "OfficeLocation",
}

---@class satchel.sandbox.Nspi what one request works on
---@field entries satchel.sandbox.Entry[] sorted
---@field by_mid table<integer, satchel.sandbox.Entry>
---@field place table<integer, integer> index of a Minimal Entry ID

local function open(users)
  local entries, by_mid, place = book.entries(users), {}, {}
  for i, entry in ipairs(entries) do by_mid[entry.mid], place[entry.mid] = entry, i end
  return { users = users, entries = entries, by_mid = by_mid, place = place }
end

local requests = {}

-- rows -----------------------------------------------------------------------

local ENTRY_ID <const>, RECORD_KEY <const> = core.names.tag "PidTagEntryId",
  core.names.tag "PidTagRecordKey"

-- [MS-OXNSPI] 2.2.9.2: an entry id for as long as the server lives
local function ephemeral_id(guid, entry)
  return "\x87\0\0\0" .. core.text.guid_bytes(guid) .. string.pack("<I4I4I4", 1, 0, entry.mid)
end

local function cell(request, entry, tag)
  if entry and request.flags and request.flags & EPHEMERAL ~= 0
    and (tag == ENTRY_ID or tag == RECORD_KEY) then
    return tag, ephemeral_id(M.server_guid, entry)
  end
  return book.value(entry, tag)
end

local function row_of(request, entry, columns)
  local row = {}
  for _, column in ipairs(columns) do
    local tag, v = cell(request, entry, column)
    row[tag] = v
  end
  return row
end

local function columns_of(request, name)
  return request["has_" .. name] and request[name] or DEFAULT
end

local function rows_of(request, entries, columns)
  local rows = {}
  for i, entry in ipairs(entries) do rows[i] = row_of(request, entry or nil, columns) end
  return rows
end

-- rows for who names columns; who names none wants none here
local function with_rows(request, entries, answer)
  if request.has_columns then
    answer.has_columns_and_rows, answer.columns = true, request.columns
    answer.row_data = rows_of(request, entries, request.columns)
  end
  return answer
end

-- places ---------------------------------------------------------------------

local function refused(request, return_value)
  return { error_code = return_value, has_state = request.has_state, state = request.state }
end

-- the index of the row before which a STAT stands, or nothing and a code
-- ([MS-OXNSPI] 3.1.4.5)
local function position(here, state)
  local total <const> = #here.entries
  local at
  if state.container_id ~= 0 then return nil, code.InvalidBookmark end
  if state.current_rec == book.BEGINNING then
    at = 0
  elseif state.current_rec == book.END then
    at = total
  elseif state.current_rec == book.CURRENT then
    at = state.total_recs > 0 and total * state.num_pos // state.total_recs or 0
  else
    at = here.place[state.current_rec]
    if not at then return nil, code.NotFound end
    at = at - 1
  end
  return math.max(0, math.min(total, at + state.delta))
end

local function moved(here, state, at)
  local entry = here.entries[at + 1]
  return with(state, { current_rec = entry and entry.mid or book.END, delta = 0, num_pos = at,
    total_recs = #here.entries })
end

local function minimal_ids(entries)
  local list = {}
  for i, entry in ipairs(entries) do list[i] = entry.mid end
  return list
end

-- requests -------------------------------------------------------------------

function requests.bind(_, request)
  if request.has_state and request.state.code_page == UNICODE then
    return { error_code = INVALID_CODE_PAGE,
      server_guid = "00000000-0000-0000-0000-000000000000" }
  end
  return { error_code = 0, server_guid = M.server_guid }
end

function requests.unbind()
  return { error_code = UNBIND_SUCCESS }
end

local function explicit_rows(here, request)
  local entries = {}
  for i, mid in ipairs(request.explicit_table) do entries[i] = here.by_mid[mid] or false end
  return entries
end

local function next_rows(here, request, at)
  local last = math.min(#here.entries, at + math.min(request.row_count, MAX_ROWS))
  return table.move(here.entries, at + 1, last, 1, {})
end

function requests.query_rows(here, request)
  if not request.has_state then return refused(request, code.InvalidParameter) end
  local columns = columns_of(request, "columns")
  local entries, state
  if #request.explicit_table > 0 then
    entries, state = explicit_rows(here, request), request.state
  else
    if request.row_count == 0 then return refused(request, code.InvalidParameter) end
    local at, err = position(here, request.state)
    if not at then return refused(request, err) end
    entries = next_rows(here, request, at)
    state = moved(here, request.state, at + #entries)
  end
  return { error_code = 0, has_state = true, state = state, has_columns_and_rows = true,
    columns = columns, row_data = rows_of(request, entries, columns) }
end

-- ambiguous name resolution may stand anywhere in a restriction
local function filter_of(here, filter)
  local wanted = filter.type == "property" and filter.tag & 0xffff0000 == ANR & 0xffff0000
  if not wanted then
    return restrict.compile(filter, book.read)
  end
  local _, name = value.store(filter.value.tag, filter.value.value)
  local named = {}
  for _, entry in ipairs(book.named(here.entries, name)) do named[entry.mid] = true end
  return function(entry) return named[entry.mid] or false end
end

function requests.get_matches(here, request)
  if not request.has_state then return refused(request, code.InvalidParameter) end
  if request.state.container_id ~= 0 then return refused(request, code.InvalidBookmark) end
  local found = {}
  local test = request.has_filter and filter_of(here, request.filter)
  for _, entry in ipairs(test and here.entries or {}) do
    if #found == request.row_count then break end
    if test(entry) then found[#found + 1] = entry end
  end
  return with_rows(request, found, { error_code = 0, has_state = true, state = request.state,
    has_minimal_ids = true, minimal_ids = minimal_ids(found) })
end

function requests.resolve_names(here, request)
  local mids, found = {}, {}
  for i, name in ipairs(request.has_names and request.names or {}) do
    local matches = book.named(here.entries, name)
    if #matches == 1 then found[#found + 1] = matches[1] end
    mids[i] = #matches == 0 and book.UNRESOLVED
      or #matches > 1 and book.AMBIGUOUS or book.RESOLVED
  end
  local columns = columns_of(request, "property_tags")
  return { error_code = 0, code_page = request.has_state and request.state.code_page or 1252,
    has_minimal_ids = true, minimal_ids = mids, has_rows_and_columns = true,
    property_tags = columns, row_data = rows_of(request, found, columns) }
end

local function present_tags(entry)
  local list = {}
  for _, t in ipairs(book.tags) do
    if book.read(entry, t) ~= nil then list[#list + 1] = t end
  end
  return list
end

function requests.get_props(here, request)
  local state = request.state
  local entry = request.has_state and here.by_mid[state.current_rec] or nil
  if not request.has_property_tags and not entry then
    return { error_code = code.InvalidObject, code_page = 1252 }
  end
  local values, partial = {}, false
  for i, wanted in ipairs(request.has_property_tags and request.property_tags
    or present_tags(entry)) do
    local tag, v = cell(request, entry, wanted)
    partial = partial or tag ~= wanted
    values[i] = { tag = tag, value = v }
  end
  return { error_code = partial and code.ErrorsReturned or 0,
    code_page = state and state.code_page or 1252,
    has_property_values = true, property_values = values }
end

function requests.get_prop_list(here, request)
  local entry = here.by_mid[request.minimal_id]
  if not entry then return { error_code = code.InvalidObject } end
  return { error_code = 0, has_property_tags = true, property_tags = present_tags(entry) }
end

function requests.query_columns()
  return { error_code = 0, has_columns = true, columns = book.tags }
end

function requests.dn_to_min_id(here, request)
  local mids = {}
  for i, dn in ipairs(request.has_names and request.names or {}) do
    mids[i] = 0
    for _, entry in ipairs(here.entries) do
      if entry.user.dn:lower() == dn:lower() then mids[i] = entry.mid end
    end
  end
  return { error_code = 0, has_minimal_ids = true, minimal_ids = mids }
end

-- [MS-OXOABK] 2.2.2: the one container
local function global_list(unicode)
  local id = "\0\0\0\0" .. book.PROVIDER .. string.pack("<I4I4", 1, 0x100) .. "/\0"
  local name = unicode and DISPLAY_NAME or DISPLAY_NAME & ~0xffff | 0x1e
  return { property_values = {
    { tag = ENTRY_ID, value = id },
    { tag = core.names.tag "PidTagContainerFlags", value = 9 }, -- recipients, unmodifiable
    { tag = core.names.tag "PidTagDepth", value = 0 },
    { tag = core.names.tag "PidTagAddressBookContainerId", value = 0 },
    { tag = name, value = "" },
    { tag = core.names.tag "PidTagAddressBookIsMaster", value = false },
  } }
end

function requests.get_special_table(_, request)
  local code_page = request.has_state and request.state.code_page or 1252
  if request.flags & CREATION_TEMPLATES ~= 0 then
    return { error_code = 0, code_page = code_page, has_rows = true, rows = {} }
  end
  return { error_code = 0, code_page = code_page, has_version = true, version = 1,
    has_rows = true, rows = { global_list(request.flags & UNICODE_TABLE ~= 0) } }
end

function requests.update_stat(here, request)
  if not request.has_state then return refused(request, code.InvalidParameter) end
  local state = request.state
  local at, err = position(here, state)
  if not at then return refused(request, err) end
  local start = with(state, { delta = 0 })
  return { error_code = 0, has_state = true, state = moved(here, state, at),
    has_delta = request.delta_requested,
    delta = request.delta_requested and at - position(here, start) or nil }
end

function requests.compare_min_ids(here, request)
  local one, two = here.place[request.minimal_id1], here.place[request.minimal_id2]
  if not one or not two then return { error_code = code.NotFound, result = 0 } end
  return { error_code = 0, result = one < two and -1 or one > two and 1 or 0 }
end

local function seek(here, request)
  local wanted = request.target.value
  for i, entry in ipairs(here.entries) do
    if value.compare(entry.user.name, wanted, DISPLAY_NAME) >= 0 then return i - 1 end
  end
end

-- the rows of an explicit table from the sought one on
local function rows_from(here, request, at)
  local list = {}
  for i, mid in ipairs(request.has_explicit_table and request.explicit_table or {}) do
    local place = here.place[mid]
    if place and place > at then list[#list + 1] = here.by_mid[mid] end
    if i == MAX_ROWS then break end
  end
  if not request.has_explicit_table then list[1] = here.entries[at + 1] end
  return list
end

function requests.seek_entries(here, request)
  if not request.has_state or not request.has_target then
    return refused(request, code.InvalidParameter)
  end
  if request.state.container_id ~= 0 then return refused(request, code.InvalidBookmark) end
  if request.target.tag & 0xffff0000 ~= DISPLAY_NAME & 0xffff0000 then
    return refused(request, code.GeneralFailure)
  end
  local at = seek(here, request)
  if not at then return refused(request, code.NotFound) end
  return with_rows(request, rows_from(here, request, at),
    { error_code = 0, has_state = true, state = moved(here, request.state, at) })
end

function requests.resort_restriction(here, request)
  if not request.has_state then return refused(request, code.InvalidParameter) end
  local list = {}
  for _, mid in ipairs(request.has_minimal_ids and request.minimal_ids or {}) do
    list[#list + 1] = here.by_mid[mid]
  end
  table.sort(list, function(a, b) return here.place[a.mid] < here.place[b.mid] end)
  return { error_code = 0, has_state = true, state = request.state,
    has_minimal_ids = true, minimal_ids = minimal_ids(list) }
end

local READ_ONLY <const> = { mod_link_att = true, mod_props = true }

---Answers one request.
---@param users satchel.sandbox.users
---@param name string of the body: "resolve_names"
---@param request table its fields
---@return table|nil fields of the answer; nil: no such request here
function M.answer(users, name, request)
  local answer
  if requests[name] then
    answer = requests[name](open(users), request)
  elseif READ_ONLY[name] then
    answer = { error_code = code.AccessDenied }
  elseif name == "get_template_info" then
    answer = { error_code = code.NotSupported, code_page = request.code_page }
  end
  if answer then answer.status_code = 0 end
  return answer
end

M.server_guid = core.text.guid()

return M
