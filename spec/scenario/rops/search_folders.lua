-- Search folders: [MS-OXCFOLD] 2.2.1.4 and 2.2.1.5.

local tag = require("satchel.core").names.tag

local SUBJECT <const> = tag "PidTagSubject"

---@param _ENV table
---@param world table see scenario.rops
return function(_ENV, world)
  local search, scope
  local restriction <const> = { type = "content", tag = SUBJECT, fuzzy_level_low = 1,
    fuzzy_level_high = 1, value = { tag = SUBJECT, value = "searched" } }

  setup(function()
    scope = world.ok("create_folder", { folder_type = 1, use_unicode_strings = true,
      open_existing = false, display_name = "scope", comment = "" }, world.folder)
    for _, subject in ipairs { "is searched for", "is not" } do
      local message = world.ok("create_message", { code_page_id = 0x0fff,
        folder_id = scope.folder_id, associated_flag = false }, scope)
      world.ok("set_properties", { property_values = { { tag = SUBJECT, value = subject } } },
        message)
      world.ok("save_changes_message", { save_flags = 0 }, message)
    end
    search = world.ok("create_folder", { folder_type = 2, use_unicode_strings = true,
      open_existing = false, display_name = "search", comment = "" }, world.folder)
  end)

  it("begin without criteria", function()
    world.refused("NotInitialized", "[MS-OXCFOLD] 3.2.5.4", "set_search_criteria",
      { folder_ids = {}, search_flags = 0x22 }, search)
    world.refused("NotSearchFolder", "[MS-OXCFOLD] 3.2.5.5", "get_search_criteria",
      { use_unicode = true, include_restriction = true, include_folders = true }, world.folder)
    world.refused("SearchFolderScopeViolation", "[MS-OXCFOLD] 3.2.5.4", "set_search_criteria",
      { restriction_data = restriction, folder_ids = { search.folder_id },
        search_flags = 0x22 }, search)
  end)

  it("find", function()
    world.ok("set_search_criteria", { restriction_data = restriction,
      folder_ids = { scope.folder_id }, search_flags = 0x22 }, search)
    local criteria = world.ok("get_search_criteria", { use_unicode = true,
      include_restriction = true, include_folders = true }, search)
    assert.same({ scope.folder_id }, criteria.folder_ids)
    assert.equal("content", criteria.restriction_data.type)
    assert.equal("searched", criteria.restriction_data.value.value)
    local found
    for _ = 1, 20 do
      found = world.ok("get_contents_table", { table_flags = 0 }, search).row_count
      if found > 0 then break end
      world.wait(0.2)
    end
    assert.equal(1, found)
  end)

  it("are deleted without what they found", function()
    world.ok("delete_folder", { delete_folder_flags = 5, folder_id = search.folder_id },
      world.folder)
    assert.equal(2, world.ok("get_contents_table", { table_flags = 0 }, scope).row_count)
  end)
end
