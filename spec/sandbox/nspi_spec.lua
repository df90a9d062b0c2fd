-- Behaviour as a real server of this protocol showed it, request by request.

local book = require "satchel.sandbox.address_book"
local core = require "satchel.core"
local nspi = require "satchel.sandbox.nspi"
local users = require "satchel.sandbox.users"

local function tag(name) return (core.names.tag("PidTag" .. name)) end

local DISPLAY_NAME, SMTP, TITLE = tag "DisplayName", tag "SmtpAddress", tag "Title"
local COLUMNS = { DISPLAY_NAME, SMTP, TITLE }
local NOT_FOUND = 0x8004010f

local function stat(changes)
  local state = { sort_type = 0, container_id = 0, current_rec = 0, delta = 0, num_pos = 0,
    total_recs = 0, code_page = 1252, template_locale = 1033, sort_locale = 1033 }
  for k, v in pairs(changes or {}) do state[k] = v end
  return state
end

describe("the address book of the box", function()
  local people

  -- through the codec both ways, as over HTTP
  local function ask(name, fields)
    local bytes = assert(core.wire.encode_body("request", name, fields))
    local request = assert(core.wire.decode_body("request", name, bytes))
    local answer = nspi.answer(people, name, request)
    bytes = assert(core.wire.encode_body("response", name, answer))
    return assert(core.wire.decode_body("response", name, bytes))
  end

  local function names_of(rows)
    local list = {}
    for i, row in ipairs(rows) do list[i] = row[DISPLAY_NAME] end
    return table.concat(list, ",")
  end

  local function query(changes, count, explicit)
    return ask("query_rows", { flags = 0, has_state = true, state = stat(changes),
      row_count = count, explicit_table = explicit or {}, has_columns = true,
      columns = COLUMNS })
  end

  local function resolve(names, columns)
    return ask("resolve_names", { has_state = true, state = stat(), has_names = true,
      names = names, has_property_tags = columns ~= nil, property_tags = columns })
  end

  before_each(function()
    people = users.new()
    people:add("bob@example.test", { password = "x", name = "Bob Example" })
    people:add("alice@example.test", { password = "x", name = "Alice Example" })
    people:add("alan@example.test", { password = "x", name = "Alan Smith" })
  end)

  it("refuses Bind in UTF-16 and takes an 8-bit code page", function()
    local refused = ask("bind", { flags = 0, has_state = true, state = stat { code_page = 1200 } })
    assert.are_not.equal(0, refused.error_code)
    local taken = ask("bind", { flags = 0, has_state = true, state = stat() })
    assert.are.equal(0, taken.error_code)
    assert.are.equal(nspi.server_guid, taken.server_guid)
  end)

  it("ends with 1, which is success", function()
    assert.are.equal(1, ask("unbind", {}).error_code)
  end)

  local resolutions = {
    { "alice", 2, "Alice Example" }, { "ALICE@example.test", 2, "Alice Example" },
    { "SMTP:bob@example.test", 2, "Bob Example" }, { "=Alan Smith", 2, "Alan Smith" },
    { "smith al", 2, "Alan Smith" }, { "example b", 2, "Bob Example" },
    { "al", 1, "" }, { "nobody", 0, "" }, { "", 0, "" }, { "=al", 0, "" },
    { "=alan", 2, "Alan Smith" },
  }
  for _, case in ipairs(resolutions) do
    it(("resolves '%s' to %d"):format(case[1], case[2]), function()
      local answer = resolve({ case[1] }, COLUMNS)
      assert.are.same({ case[2] }, answer.minimal_ids)
      assert.are.equal(case[3], names_of(answer.row_data))
    end)
  end

  it("means one by an address that begins another's", function()
    people:add("bob@example.test.org", { password = "x", name = "Bob Other" })
    assert.are.same({ 2, 1 }, resolve({ "bob@example.test", "bob" }).minimal_ids)
  end)

  it("gives default columns to who names none", function()
    local answer = resolve { "bob" }
    assert.are.equal(7, #answer.property_tags)
    assert.are.equal("Bob Example", answer.row_data[1][DISPLAY_NAME & ~0xffff | 0x1e])
  end)

  it("lists in windows, sorted by name", function()
    local first = query({}, 2)
    assert.are.equal("Alan Smith,Alice Example", names_of(first.row_data))
    assert.are.equal(3, first.state.total_recs)
    assert.are.equal(2, first.state.num_pos)
    local rest = query({ current_rec = first.state.current_rec }, 5)
    assert.are.equal("Bob Example", names_of(rest.row_data))
    assert.are.equal(book.END, rest.state.current_rec)
    assert.are.equal(0, #query({ current_rec = book.END }, 5).row_data)
    assert.are.equal("Alice Example", names_of(query({ current_rec = 2, delta = -2 }, 1).row_data))
  end)

  it("says which column is absent", function()
    assert.are.equal(NOT_FOUND, query({}, 1).row_data[1][TITLE & ~0xffff | 0x0a])
  end)

  it("tells what else is known of a user", function()
    people:add("zoe@example.test", { password = "x", name = "Zoe", title = "Engineer" })
    assert.are.equal("Engineer", query({ current_rec = 2, delta = -1 }, 1).row_data[1][TITLE])
  end)

  it("takes rows by Minimal Entry ID and marks who does not exist", function()
    local answer = query({}, 9, { 0x11, 0x99, 0x13 })
    assert.are.equal(3, #answer.row_data)
    assert.are.equal("Bob Example", answer.row_data[1][DISPLAY_NAME])
    assert.are.equal(0, answer.row_data[2][DISPLAY_NAME & ~0xffff | 0x0a])
  end)

  local refusals = {
    { "no rows", {}, 0, 0x80070057 }, { "another container", { container_id = 77 }, 1, 0x80040405 },
    { "a row that is gone", { current_rec = 0x99 }, 1, NOT_FOUND },
  }
  for _, case in ipairs(refusals) do
    it("refuses to list " .. case[1], function()
      local answer = query(case[2], case[3])
      assert.are.equal(case[4], answer.error_code)
      assert.is_false(answer.has_columns_and_rows)
    end)
  end

  it("finds by ambiguous name and by any restriction", function()
    local anr = tag "Anr"
    local filters = {
      { { type = "property", relop = "eq", tag = anr, value = { tag = anr, value = "al" } },
        "Alan Smith,Alice Example" },
      { { type = "content", tag = SMTP, fuzzy_level_low = 1, fuzzy_level_high = 1,
        value = { tag = SMTP, value = "BOB" } }, "Bob Example" },
      { { type = "exist", tag = DISPLAY_NAME }, "Alan Smith,Alice Example" },
      { { type = "exist", tag = TITLE }, "" },
    }
    for _, case in ipairs(filters) do
      local answer = ask("get_matches", { has_state = true, state = stat(), row_count = 2,
        interface_option_flags = 0, has_filter = true, filter = case[1], has_columns = true,
        columns = COLUMNS })
      assert.are.equal(case[2], names_of(answer.row_data))
      assert.are.equal(#answer.row_data, #answer.minimal_ids)
    end
  end)

  it("gives properties, those asked for or all", function()
    local answer = ask("get_props", { flags = 0, has_state = true,
      state = stat { current_rec = 0x11 }, has_property_tags = true, property_tags = COLUMNS })
    assert.are.equal(0x40380, answer.error_code)
    assert.are.equal("bob@example.test", answer.property_values[2].value)
    assert.are.same({ tag = TITLE & ~0xffff | 0x0a, value = NOT_FOUND },
      answer.property_values[3])
    local all = ask("get_props", { flags = 0, has_state = true,
      state = stat { current_rec = 0x11 } })
    local listed = ask("get_prop_list", { flags = 0, minimal_id = 0x11, code_page = 1252 })
    assert.are.equal(0, all.error_code)
    assert.are.equal(#listed.property_tags, #all.property_values)
  end)

  it("knows distinguished names", function()
    local answer = ask("dn_to_min_id", { has_names = true,
      names = { people:find "bob@example.test".dn:upper(), "/o=x" } })
    assert.are.same({ 0x11, 0 }, answer.minimal_ids)
  end)

  it("moves a position and tells how far", function()
    local answer = ask("update_stat", { has_state = true, state = stat { delta = 2 },
      delta_requested = true })
    assert.are.same({ 0x11, 2, 3, 2 }, { answer.state.current_rec, answer.state.num_pos,
      answer.state.total_recs, answer.delta })
    answer = ask("update_stat", { has_state = true, delta_requested = false,
      state = stat { current_rec = 1, num_pos = 1, total_recs = 2 } })
    assert.are.equal(1, answer.state.num_pos)
    assert.is_false(answer.has_delta)
  end)

  it("seeks a name", function()
    local function seek(name)
      return ask("seek_entries", { has_state = true, state = stat(), has_target = true,
        target = { tag = DISPLAY_NAME, value = name }, has_columns = true, columns = COLUMNS })
    end
    assert.are.equal("Alice Example", names_of(seek("ali").row_data))
    assert.are.equal(NOT_FOUND, seek("zz").error_code)
  end)

  it("compares places", function()
    local function compare(a, b)
      return ask("compare_min_ids", { has_state = true, state = stat(), minimal_id1 = a,
        minimal_id2 = b })
    end
    assert.are.equal(1, compare(0x11, 0x12).result)
    assert.are.equal(-1, compare(0x12, 0x11).result)
    assert.are_not.equal(0, compare(0x11, 0x99).error_code)
  end)

  it("has one container", function()
    local answer = ask("get_special_table", { flags = 4, has_state = true, state = stat(),
      has_version = true, version = 0 })
    assert.are.equal(1, #answer.rows)
  end)

  it("gives ids for a session where asked", function()
    local answer = ask("query_rows", { flags = 2, has_state = true, state = stat(),
      row_count = 1, explicit_table = {}, has_columns = true, columns = { tag "EntryId" } })
    assert.are.equal(0x87, answer.row_data[1][tag "EntryId"]:byte())
  end)

  it("answers any well-formed request by what can be sent", function()
    for _, body in ipairs(core.wire.bodies()) do
      for seed = 1, body.endpoint == "nspi" and not body.name:find "_url$" and 300 or 0 do
        local bytes = core.wire.random_body("request", body.name, seed)
        local request = assert(core.wire.decode_body("request", body.name, bytes))
        local answer = nspi.answer(people, body.name, request)
        local sent, err = core.wire.encode_body("response", body.name, answer)
        assert(sent, ("%s, seed %d: %s"):format(body.name, seed, err and err.message))
      end
    end
  end)

  it("is read only", function()
    local answer = ask("mod_props", { has_state = true, state = stat() })
    assert.are.equal(0x80070005, answer.error_code)
  end)
end)
