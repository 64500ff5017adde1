DROP INDEX `shared_links_expires`;--> statement-breakpoint
ALTER TABLE `shared_links` ADD `expiry_noted_at` integer;--> statement-breakpoint
CREATE INDEX `shared_links_expiring` ON `shared_links` (`expires_at`) WHERE revoked_at is null and expiry_noted_at is null and expires_at is not null;