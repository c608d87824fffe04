/** A finding's id as it is stored, of what somebody copied: some programs show it in capitals. */
export const idOf = (text: string): string => text.trim().toLowerCase();

/** That a finding is not there; of what can be none, what an id looks like. */
export const unknownFinding = (id: string): string =>
  /^[0-9a-f]{16}$/.test(id)
    ? `there is no finding ${id}`
    : `'${id}' is not the ID of a finding, which has sixteen characters of 0-9 and a-f`;
