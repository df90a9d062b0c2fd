-- Prepares one draft for each person of a list, for a human to look at and send.
local satchel = require "satchel"

local session <close> = satchel.connect(dofile "examples/account.lua")

local people = {
  { name = "Bob", email = "bob@example.test", amount = 12 },
  { name = "Carol", email = "carol@example.test", amount = 30 },
}

local i = 0
local results = session.drafts:create_all(function()
  i = i + 1
  local person = people[i]
  return person and {
    to = { name = person.name, email = person.email },
    subject = "Your account",
    text = ("Dear %s,\nyour balance is %d.\n"):format(person.name, person.amount),
  }
end)

for n, result in ipairs(results) do
  print(people[n].email, result.ok and "drafted" or result.error)
end

-- later: for draft in session.drafts:items { … } do draft:send() end
