-- What the answers to several ROPs come to: whether all of them succeeded.

local P = require "satchel.mapi.props"

local M = {}

-- the first property that was not taken.  A copy leaves out what the server
-- sets itself; only the content matters there.
local function problem_of(ref)
  for _, problem in ipairs(ref.result and ref.result.property_problems or {}) do
    if ref.name ~= "copy_to" or problem.property_tag == P.PidTagAttachDataBinary then
      return problem
    end
  end
end

---The first answer that says that something failed.  A property that was not
---taken is a failure, too.
---@param refs satchel.mapi.Ref[]
---@return table|nil answer { rop =, return_value = }
function M.failure(refs)
  for _, ref in ipairs(refs) do
    local code = ref.result and ref.result.return_value or 0
    if code ~= 0 and code & 0xffff0000 ~= 0x00040000 then return ref.result end
    local problem = problem_of(ref)
    if problem then
      return { rop = ref.name, return_value = problem.error_code,
        property_tag = problem.property_tag }
    end
  end
end

---Of a batch that was not answered: where the ROP that counts had not left yet,
---nothing has happened.
---@param err any what the batch raised; it says up to which ROP it was sent
---@param counts satchel.mapi.Ref|nil
function M.unsent(err, counts)
  if type(err) ~= "table" or not counts or not err.reached then return end
  if counts.index > err.reached and err.uncertain then err.uncertain, err.retryable = nil, true end
end

return M
