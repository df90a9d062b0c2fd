-- Rules: [MS-OXORULE].

local tag = require("satchel.core").names.tag

local ID <const>, NAME <const> = tag "PidTagRuleId", tag "PidTagRuleName"
local STATE <const>, SEQUENCE <const> = tag "PidTagRuleState", tag "PidTagRuleSequence"
local CONDITION <const>, ACTIONS <const> = tag "PidTagRuleCondition", tag "PidTagRuleActions"
local PROVIDER <const>, LEVEL <const> = tag "PidTagRuleProvider", tag "PidTagRuleLevel"
local SUBJECT <const> = tag "PidTagSubject"
local ADD <const>, MODIFY <const>, REMOVE <const> = 1, 2, 4

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local rule

  local function modify(flags, values, replace)
    return { modify_rules_flags = replace or 0, rules_data = {
      { rule_data_flags = flags, property_values = values } } }
  end

  local function rules()
    local tab = world.ok("get_rules_table", { table_flags = 0x40 }, world.folder)
    world.ok("set_columns", { set_columns_flags = 0,
      property_tags = { ID, NAME, STATE, CONDITION, ACTIONS } }, tab)
    return world.ok("query_rows", { query_rows_flags = 0, forward_read = true,
      row_count = 50 }, tab).row_data
  end

  it("are added", function()
    world.ok("modify_rules", modify(ADD, {
      { tag = NAME, value = "größer" }, { tag = SEQUENCE, value = 10 },
      { tag = STATE, value = 0 }, { tag = LEVEL, value = 0 },
      { tag = PROVIDER, value = "Satchel" },
      { tag = CONDITION, value = { type = "and",
        { type = "exist", tag = SUBJECT },
        { type = "content", tag = SUBJECT, fuzzy_level_low = 1, fuzzy_level_high = 1,
          value = { tag = SUBJECT, value = "ruled" } } } },
      { tag = ACTIONS, value = { { type = "mark_as_read", flavor = 0, flags = 0 },
        { type = "delete", flavor = 0, flags = 0 } } } }, 1), world.folder)
    local list = rules()
    assert.equal(1, #list)
    rule = list[1]
    assert.equal("größer", rule[NAME])
    assert.equal("and", rule[CONDITION].type)
    assert.equal("ruled", rule[CONDITION][2].value.value)
    assert.equal("mark_as_read", rule[ACTIONS][1].type)
    assert.equal("delete", rule[ACTIONS][2].type)
  end)

  it("are changed", function()
    world.ok("modify_rules", modify(MODIFY, { { tag = ID, value = rule[ID] },
      { tag = STATE, value = 0x10 } }), world.folder)
    assert.equal(0x10, rules()[1][STATE])
    world.refused("InvalidParameter", "[MS-OXORULE] 3.2.5.2", "modify_rules",
      modify(MODIFY, { { tag = ID, value = rule[ID] } }, 0x41), world.folder)
  end)

  it("are removed", function()
    world.ok("modify_rules", modify(REMOVE, { { tag = ID, value = rule[ID] } }), world.folder)
    assert.same({}, rules())
  end)

  it("leave messages for the client, which says where they went", function()
    world.ok("update_deferred_action_messages", { server_entry_id = "\1" .. ("s"):rep(20),
      client_entry_id = "\1" .. ("c"):rep(20) })
  end)
end
