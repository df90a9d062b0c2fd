-- A table with changes: one that is new, so that those it is made of stay as they are.

---@param ... table|nil later ones go before earlier ones
---@return table
return function(...)
  local made = {}
  for i = 1, select("#", ...) do
    for name, value in pairs((select(i, ...)) or {}) do made[name] = value end
  end
  return made
end
