/** A secret as people read it to a device: in groups of four. */
export const grouped = (secret: string): string => secret.match(/.{1,4}/g)?.join(' ') ?? ''

export const isCode = (text: string): boolean => /^\d{6}$/.test(text.replace(/\s/g, ''))

export const PASSWORD_LEAST = 8

export type PasswordFault = 'short' | 'differs'
/** Why a new password cannot be sent; what is too common the engine knows. */
export function passwordFault(next: string, again: string): PasswordFault | undefined {
  if ([...next].length < PASSWORD_LEAST) return 'short'
  return next === again ? undefined : 'differs'
}
