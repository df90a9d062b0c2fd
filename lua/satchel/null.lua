-- The value that removes a field.  One of its kind; compare with rawequal or ==.

---@class satchel.Null
return setmetatable({}, {
  __name = "satchel.null",
  __tostring = function() return "satchel.null" end,
  __newindex = function() error("satchel.null cannot be changed", 2) end,
})
