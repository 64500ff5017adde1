/** What a visitor is to this instance; decides which pages are open. */
export type Standing = 'visitor' | 'pending' | 'member' | 'admin';
