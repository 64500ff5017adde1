/** What a visitor is to this instance; decides which pages are open. */
export type AccountStatus = 'visitor' | 'pending' | 'member' | 'admin';
