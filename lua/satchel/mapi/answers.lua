-- What the answers to several ROPs come to: whether all of them succeeded.

local M = {}

---The first answer that says that something failed.  A property that was not
---taken is a failure, too.
---@param refs satchel.mapi.Ref[]
---@return table|nil answer { rop =, return_value = }
function M.failure(refs)
  for _, ref in ipairs(refs) do
    local code = ref.result and ref.result.return_value or 0
    if code ~= 0 and code & 0xffff0000 ~= 0x00040000 then return ref.result end
    local problem = ref.result and ref.result.property_problems
      and ref.result.property_problems[1]
    if problem then
      return { rop = ref.name, return_value = problem.error_code,
        property_tag = problem.property_tag }
    end
  end
end

return M
