-- The register of what the sandbox does for each ROP.  A handler is called
--   f(request, object, call) -> reply [, output object]
--                             | nil, code [, fields of the error body]
-- with the decoded request, the object behind the input handle and the call
-- (execute.lua): call.session, call.user, call.logon, call.store, call.room.

local code = require "satchel.sandbox.code"

local rops = { handlers = {} }

---@param name string the ROP
---@param kinds string kinds of objects it works on, by spaces
---@param f function
function rops.on(name, kinds, f)
  local set = {}
  for kind in kinds:gmatch "%S+" do set[kind] = true end
  rops.handlers[name] = { kinds = set, call = f }
end

---Answers these always with one code, as servers of today do.
---@param return_value integer
---@param ... string names of ROPs
function rops.refuse(return_value, ...)
  for _, name in ipairs { ... } do
    rops.handlers[name] = { refuse = return_value }
  end
end

---@param name string
---@param request table
---@param object any
---@param call table
function rops.run(name, request, object, call)
  local handler = rops.handlers[name]
  if not handler then return nil, code.NotImplemented end
  if handler.refuse then return nil, handler.refuse end
  if not object and not handler.kinds.nothing then return nil, code.NullObject end
  if object and not handler.kinds[object.kind] and not handler.kinds.any
    and not handler.kinds.nothing then
    return nil, code.NotSupported
  end
  if object and object.kind == "folder" and object.folder.gone then
    return nil, code.ObjectDeleted
  end
  return handler.call(request, object, call)
end

return rops
